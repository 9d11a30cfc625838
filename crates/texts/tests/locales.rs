//! Both languages say the same things, with the same things filled in.

use dealbell_protocol::window::Language;
use dealbell_texts::{FILES, text};
use fluent_syntax::{ast, parser};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn both_languages_have_the_same_messages_and_variables() {
    for (name, ru, en) in FILES {
        assert_eq!(messages(ru), messages(en), "locales/*/{name}.ftl");
    }
}

#[test]
fn no_message_is_defined_twice() {
    let mut seen = BTreeSet::new();
    for (name, ru, _) in FILES {
        for id in messages(ru).into_keys() {
            assert!(
                seen.insert(id.clone()),
                "{id} of {name}.ftl is defined twice"
            );
        }
    }
}

#[test]
fn russian_counts_as_russians_do() {
    let said = |n: u64| text(Language::Ru, "notifications-count", &[("count", n.into())]);
    assert_eq!(said(1), "1 уведомление");
    assert_eq!(said(2), "2 уведомления");
    assert_eq!(said(5), "5 уведомлений");
    assert_eq!(said(11), "11 уведомлений");
    assert_eq!(said(21), "21 уведомление");
}

/// Message id → the variables it uses.
fn messages(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(file).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
    let mut found = BTreeMap::new();
    for entry in resource.body {
        if let ast::Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            if let Some(pattern) = &message.value {
                collect(pattern, &mut variables);
            }
            found.insert(message.id.name.to_owned(), variables);
        }
    }
    found
}

fn collect(pattern: &ast::Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            expression_variables(expression, variables);
        }
    }
}

fn expression_variables(expression: &ast::Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => inline_variables(inline, variables),
        ast::Expression::Select { selector, variants } => {
            inline_variables(selector, variables);
            variants
                .iter()
                .for_each(|variant| collect(&variant.value, variables));
        }
    }
}

fn inline_variables(inline: &ast::InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => {
            expression_variables(expression, variables);
        }
        _ => {}
    }
}
