//! First names: which part of a name it is, «от Марины», and who is he or she in Russian.

/// He, she, or better not to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    He,
    She,
    Unknown,
}

impl Gender {
    /// As the texts name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::He => "he",
            Self::She => "she",
            Self::Unknown => "unknown",
        }
    }
}

/// Names that men bear although they end as women's do.
const MEN: [&str; 9] = [
    "никита",
    "илья",
    "фома",
    "лука",
    "кузьма",
    "савва",
    "данила",
    "мустафа",
    "гаврила",
];
/// Names that women bear although they end as men's do.
const WOMEN: [&str; 8] = [
    "любовь",
    "адель",
    "николь",
    "нинель",
    "эсфирь",
    "юдифь",
    "элен",
    "кармен",
];
/// Short names that both bear.
const BOTH: [&str; 8] = [
    "саша",
    "женя",
    "валя",
    "слава",
    "шура",
    "паша",
    "тоня",
    "ника",
];
/// Genitives that follow no rule.
const IRREGULAR: [(&str, &str); 5] = [
    ("Павел", "Павла"),
    ("Лев", "Льва"),
    ("Пётр", "Петра"),
    ("Петр", "Петра"),
    ("Любовь", "Любови"),
];
const SURNAMES: [&str; 10] = [
    "ова", "ева", "ёва", "ов", "ев", "ёв", "ский", "ская", "цкий", "цкая",
];

/// The first name of a full one, whichever comes first: «Соколова Анна» is Анна.
pub(super) fn first(name: &str) -> String {
    let mut words = name.split_whitespace();
    let (Some(one), two) = (words.next(), words.next()) else {
        return name.to_owned();
    };
    let chosen = match two {
        Some(two) if is_surname(one) && !is_surname(two) => two,
        _ => one,
    };
    chosen.to_owned()
}

/// «Марина» → «Марины». What is not written in Russian letters, or does not decline, stays.
pub(super) fn genitive(name: &str) -> String {
    let irregular = IRREGULAR.iter().find(|(plain, _)| *plain == name);
    if let Some((_, genitive)) = irregular {
        return (*genitive).to_owned();
    }
    let mut letters: Vec<char> = name.chars().collect();
    let Some(last) = letters.pop().filter(|_| is_russian(name)) else {
        return name.to_owned();
    };
    let stem: String = letters.iter().collect();
    let hard = |c: &char| !"гкхжчшщц".contains(*c);
    let is_she = WOMEN.contains(&name.to_lowercase().as_str());
    match last {
        'а' if letters.last().is_none_or(hard) => stem + "ы",
        'а' | 'я' => stem + "и",
        'ь' if is_she => stem + "и",
        'й' | 'ь' => stem + "я",
        'о' | 'е' | 'ё' | 'и' | 'у' | 'ы' | 'э' | 'ю' => name.to_owned(),
        _ if is_she => name.to_owned(),
        _ => name.to_owned() + "а",
    }
}

/// Whether the name is a man's or a woman's, by how it ends.
pub(super) fn gender(name: &str) -> Gender {
    let lower = name.to_lowercase();
    let is = |list: &[&str]| list.contains(&lower.as_str());
    match lower.chars().last() {
        _ if !is_russian(name) || is(&BOTH) => Gender::Unknown,
        _ if is(&MEN) => Gender::He,
        _ if is(&WOMEN) => Gender::She,
        Some('а' | 'я') => Gender::She,
        Some('о' | 'е' | 'ё' | 'и' | 'у' | 'ы' | 'э' | 'ю') | None => Gender::Unknown,
        Some(_) => Gender::He,
    }
}

/// Ends as surnames do; «Ева», «Лев» and «Яков» are too short to be meant.
fn is_surname(word: &str) -> bool {
    let lower = word.to_lowercase();
    word.chars().count() >= 5 && SURNAMES.iter().any(|end| lower.ends_with(end))
}

fn is_russian(name: &str) -> bool {
    let letter = |c: char| matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё');
    name.chars().count() > 1 && name.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colleague_is_from_whom_one_says() {
        for (name, from) in [
            ("Марина", "Марины"),
            ("Ольга", "Ольги"),
            ("Мария", "Марии"),
            ("Дмитрий", "Дмитрия"),
            ("Игорь", "Игоря"),
            ("Олег", "Олега"),
            ("Павел", "Павла"),
            ("Любовь", "Любови"),
            ("Илья", "Ильи"),
            ("Хельги", "Хельги"),
            ("Emma", "Emma"),
            ("manager1", "manager1"),
            ("Я", "Я"),
        ] {
            assert_eq!(genitive(name), from);
        }
    }

    #[test]
    fn gender_is_guessed_only_where_it_shows() {
        for (name, who) in [
            ("Мария", Gender::She),
            ("Никита", Gender::He),
            ("Олег", Gender::He),
            ("Игорь", Gender::He),
            ("Любовь", Gender::She),
            ("Саша", Gender::Unknown),
            ("Anna", Gender::Unknown),
            ("", Gender::Unknown),
        ] {
            assert_eq!(gender(name), who, "{name}");
        }
    }

    #[test]
    fn the_first_name_is_found_in_either_order() {
        for (full, name) in [
            ("Анна Соколова", "Анна"),
            ("Соколова Анна", "Анна"),
            ("Валентин Кох", "Валентин"),
            ("Ева Браун", "Ева"),
            ("manager1", "manager1"),
        ] {
            assert_eq!(first(full), name);
        }
    }
}
