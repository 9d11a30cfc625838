//! Which names an integration may not have: those by which people know somebody else. Names that look
//! the same are the same.

use crate::{refusal::Refusal, store::writer::Step};
use dealbell_protocol::{ProviderId, window::Language};
use dealbell_texts::text;

/// Known to everybody, whatever language he reads.
const OURS: [&str; 4] = ["Dealbell", "amoCRM", "amo CRM", "Kommo"];
/// How the built-in providers are called, as messages of the texts.
const BUILT_IN: [&str; 6] = [
    "provider-tasks",
    "provider-chats",
    "provider-calls",
    "provider-requests",
    "provider-deals",
    "provider-system",
];

/// Refuses a name by which people know somebody else than the integration `id`.
pub(crate) async fn refuse(step: &mut Step, id: &ProviderId, name: &str) -> Result<(), Refusal> {
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM providers WHERE integration = 1 AND removed_at IS NULL AND id <> ?",
    )
    .bind(id.as_str())
    .fetch_all(&mut step.db)
    .await?;
    let look = looks(name);
    let taken = is_built_in(&look) || others.iter().any(|other| looks(other) == look);
    if taken {
        let message = format!("there is somebody called {name} already, or one who looks the same");
        return Err(Refusal::field("name", message));
    }
    Ok(())
}

fn is_built_in(look: &str) -> bool {
    let named =
        |id: &&str| [Language::Ru, Language::En].map(|language| looks(&text(language, id, &[])));
    look.contains(&looks("Dealbell"))
        || OURS.iter().any(|name| looks(name) == *look)
        || BUILT_IN.iter().flat_map(named).any(|name| name == look)
}

/// What is seen of a name at a glance: letters and digits, each as the one that it looks like.
fn looks(name: &str) -> String {
    let lower = name.chars().flat_map(char::to_lowercase);
    lower.filter(|c| c.is_alphanumeric()).map(look).collect()
}

/// By the shapes of lower and of upper case, since people read either.
fn look(c: char) -> char {
    match c {
        'а' | 'α' | 'à' | 'á' | 'â' | 'ä' | 'å' => 'a',
        'в' | 'ь' | 'β' => 'b',
        'с' | 'ç' | 'ϲ' => 'c',
        'е' | 'ё' | 'є' | 'ε' | 'è' | 'é' | 'ê' | 'ë' => 'e',
        'н' | 'η' => 'h',
        'і' | 'ї' | 'ı' | 'ι' | 'l' | '1' | 'ӏ' | 'ì' | 'í' | 'î' | 'ï' | 'ł' | 'λ' => {
            'i'
        }
        'ј' => 'j',
        'к' | 'κ' | 'ķ' => 'k',
        'м' | 'μ' => 'm',
        'п' => 'n',
        'о' | 'ο' | '0' | 'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' | 'ω' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | '5' | 'ş' | 'š' => 's',
        'т' | 'τ' | 'ţ' => 't',
        'у' | 'ү' | 'υ' | 'ý' | 'ÿ' => 'y',
        'х' | 'χ' => 'x',
        'з' | 'э' => '3',
        'й' => 'и',
        'б' => '6',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_the_same() {
        for (one, other) in [
            ("Dealbell", "DEA1BELL"),
            ("Dealbell", "Dеalbеll"),
            ("amoCRM", "аmоСRМ"),
            ("Касса", "KACCA"),
            ("Задачи", "3адачи"),
            ("Звонки", "«Звонки»"),
            ("System", " S y s t e m!"),
        ] {
            assert_eq!(looks(one), looks(other), "{one} {other}");
        }
        for name in [
            "Задачи",
            "tasks",
            "Сделки",
            "deaIbell – поддержка",
            "Система",
            "АМО CRM",
        ] {
            assert!(is_built_in(&looks(name)), "{name}");
        }
        for name in [
            "Касса",
            "Склад 1С",
            "CRM",
            "Телефония",
            "Задачник",
            "Deal bureau",
        ] {
            assert!(!is_built_in(&looks(name)), "{name}");
        }
    }
}
