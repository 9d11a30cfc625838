//! Russian names in the genitive: «3 от Ирины Котовой».

/// First names of men that end as women's do.
const MEN: [&str; 18] = [
    "илья",
    "никита",
    "данила",
    "лука",
    "фома",
    "кузьма",
    "савва",
    "миша",
    "дима",
    "коля",
    "ваня",
    "паша",
    "лёша",
    "леша",
    "гоша",
    "слава",
    "рома",
    "серёжа",
];

/// First names whose vowel flees or whose gender the ending does not tell.
const EXCEPTIONS: [(&str, &str); 8] = [
    ("павел", "Павла"),
    ("лев", "Льва"),
    ("пётр", "Петра"),
    ("петр", "Петра"),
    ("любовь", "Любови"),
    ("нинель", "Нинели"),
    ("рашель", "Рашели"),
    ("адель", "Адели"),
];

/// A person's name, first name first, in the genitive; none where that is not sure.
pub fn genitive(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    if rest.len() > 1 || !words.iter().all(|word| is_name(word)) {
        return None;
    }
    let woman = is_woman(first)?;
    let mut said = vec![first_name(first)?];
    for surname in rest {
        said.push(family_name(surname, woman)?);
    }
    Some(said.join(" "))
}

fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|c| matches!(c, 'А'..='Я' | 'Ё'))
        && word.chars().count() > 2
        && letters.all(|c| matches!(c, 'а'..='я' | 'ё'))
}

/// By the first name; a surname in its place («Котова Ирина») is not for us to tell.
fn is_woman(first: &str) -> Option<bool> {
    let lower = first.to_lowercase();
    let looks_like_surname = ["ов", "ев", "ёв", "ова", "ева", "ёва", "ский", "ская"];
    let known = EXCEPTIONS.iter().any(|(name, _)| *name == lower);
    if !known && looks_like_surname.iter().any(|end| lower.ends_with(end)) {
        return matches!(lower.as_str(), "ева" | "яков").then_some(lower == "ева");
    }
    let soft_woman = ["любовь", "нинель", "рашель", "адель"].contains(&lower.as_str());
    let ends_as_woman = lower.ends_with(['а', 'я']) && !MEN.contains(&lower.as_str());
    Some(soft_woman || ends_as_woman)
}

fn first_name(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    if let Some((_, said)) = EXCEPTIONS.iter().find(|(known, _)| *known == lower) {
        return Some((*said).to_owned());
    }
    noun(name)
}

fn family_name(name: &str, woman: bool) -> Option<String> {
    let cut = |end: &str, put: &str| name.strip_suffix(end).map(|stem| format!("{stem}{put}"));
    if name.ends_with(['о', 'е', 'и', 'у', 'э', 'ю', 'ы'])
        || name.ends_with("их")
        || name.ends_with("ых")
    {
        return Some(name.to_owned());
    }
    // Name and surname of two minds (Саша Котов): the ending of the first does not tell.
    let of_man = ["ов", "ев", "ёв", "ин", "ын", "ий"];
    let of_woman = ["ова", "ева", "ёва", "ина", "ая"];
    let other: &[&str] = if woman { &of_man } else { &of_woman };
    if other.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    if woman {
        for end in ["ова", "ева", "ёва", "ина", "ына"] {
            if name.ends_with(end) {
                return cut("а", "ой");
            }
        }
        return match name {
            _ if name.ends_with("ая") => cut("ая", "ой"),
            _ if name.ends_with("яя") => cut("яя", "ей"),
            _ if name.ends_with(['а', 'я']) => noun(name),
            _ => Some(name.to_owned()),
        };
    }
    match name {
        _ if name.ends_with("ский") || name.ends_with("цкий") => cut("ий", "ого"),
        _ if name.ends_with("ой") || name.ends_with("ый") => {
            let stem: String = name.chars().take(name.chars().count() - 2).collect();
            Some(format!("{stem}ого"))
        }
        // Кравец is Кравца, Швец is Швеца: not for us to tell.
        _ if name.ends_with("ец") || name.ends_with("ок") || name.ends_with("ий") => None,
        _ => noun(name),
    }
}

/// As the common nouns of this ending go.
fn noun(name: &str) -> Option<String> {
    let end = name.chars().next_back()?;
    let stem: String = name.chars().take(name.chars().count() - 1).collect();
    let before = stem.chars().next_back()?;
    Some(match end {
        'а' if matches!(before, 'г' | 'к' | 'х' | 'ж' | 'ч' | 'ш' | 'щ') => {
            format!("{stem}и")
        }
        'а' => format!("{stem}ы"),
        'я' => format!("{stem}и"),
        'й' | 'ь' => format!("{stem}я"),
        'о' | 'е' | 'ё' | 'и' | 'у' | 'ы' | 'э' | 'ю' | 'ъ' => return None,
        _ => format!("{name}а"),
    })
}

#[cfg(test)]
mod tests {
    use super::genitive;

    #[test]
    fn names_are_put_as_a_russian_would_put_them() {
        for (name, said) in [
            ("Ирина Котова", "Ирины Котовой"),
            ("Павел Громов", "Павла Громова"),
            ("Олег", "Олега"),
            ("Ольга Шмидт", "Ольги Шмидт"),
            ("Андрей Шмидт", "Андрея Шмидта"),
            ("Мария Достоевская", "Марии Достоевской"),
            ("Фёдор Достоевский", "Фёдора Достоевского"),
            ("Лев Толстой", "Льва Толстого"),
            ("Илья Пушкин", "Ильи Пушкина"),
            ("Анна Черных", "Анны Черных"),
            ("Игорь Шевченко", "Игоря Шевченко"),
            ("Яков Гайдай", "Якова Гайдая"),
            ("Ева Ильина", "Евы Ильиной"),
        ] {
            assert_eq!(genitive(name).as_deref(), Some(said));
        }
    }

    #[test]
    fn what_is_not_surely_a_name_stays_as_it_is() {
        for name in [
            "",
            "Pavel Gromov",
            "Котова Ирина",
            "Иван Кравец",
            "Саша Котов",
            "ООО Ромашка",
            "Анна-Мария Котова",
            "Отдел продаж Москва",
            "Хосе Мартинес",
        ] {
            assert_eq!(genitive(name), None, "{name}");
        }
    }
}
