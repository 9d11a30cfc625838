//! Who works in the account.

use crate::account::User;

/// The id of the first user; the others count on from it.
pub(crate) const FIRST_USER: u64 = 9_100_101;

/// Given name, surname, login. The first eight are those the sales floor plays.
const PEOPLE: [(&str, &str, &str); 60] = [
    ("Анна", "Соколова", "anna.sokolova"),
    ("Дмитрий", "Орлов", "dmitry.orlov"),
    ("Мария", "Кузнецова", "maria.kuznetsova"),
    ("Сергей", "Волков", "sergey.volkov"),
    ("Екатерина", "Морозова", "ekaterina.morozova"),
    ("Алексей", "Лебедев", "alexey.lebedev"),
    ("Ольга", "Павлова", "olga.pavlova"),
    ("Игорь", "Фёдоров", "igor.fedorov"),
    ("Наталья", "Виноградова", "natalya.vinogradova"),
    ("Андрей", "Богданов", "andrey.bogdanov"),
    ("Юлия", "Воробьёва", "yulia.vorobyova"),
    ("Михаил", "Фролов", "mikhail.frolov"),
    ("Светлана", "Михайлова", "svetlana.mikhaylova"),
    ("Владимир", "Беляев", "vladimir.belyaev"),
    ("Татьяна", "Тарасова", "tatyana.tarasova"),
    ("Николай", "Жуков", "nikolay.zhukov"),
    ("Елена", "Комарова", "elena.komarova"),
    ("Роман", "Киселёв", "roman.kiselyov"),
    ("Ирина", "Макарова", "irina.makarova"),
    ("Павел", "Андреев", "pavel.andreev"),
    ("Дарья", "Ковалёва", "darya.kovalyova"),
    ("Артём", "Ильин", "artyom.ilyin"),
    ("Ксения", "Гусева", "ksenia.guseva"),
    ("Максим", "Титов", "maxim.titov"),
    ("Полина", "Кудрявцева", "polina.kudryavtseva"),
    ("Евгений", "Баранов", "evgeny.baranov"),
    ("Вера", "Куликова", "vera.kulikova"),
    ("Илья", "Алексеев", "ilya.alexeev"),
    ("Надежда", "Степанова", "nadezhda.stepanova"),
    ("Константин", "Яковлев", "konstantin.yakovlev"),
    ("Людмила", "Сорокина", "lyudmila.sorokina"),
    ("Виктор", "Сергеев", "viktor.sergeev"),
    ("Алина", "Романова", "alina.romanova"),
    ("Денис", "Захаров", "denis.zakharov"),
    ("Марина", "Борисова", "marina.borisova"),
    ("Олег", "Королёв", "oleg.korolyov"),
    ("Вероника", "Герасимова", "veronika.gerasimova"),
    ("Антон", "Пономарёв", "anton.ponomaryov"),
    ("Любовь", "Григорьева", "lyubov.grigoryeva"),
    ("Кирилл", "Лазарев", "kirill.lazarev"),
    ("Галина", "Медведева", "galina.medvedeva"),
    ("Никита", "Ершов", "nikita.yershov"),
    ("Кристина", "Никитина", "kristina.nikitina"),
    ("Станислав", "Соболев", "stanislav.sobolev"),
    ("Валентина", "Рябова", "valentina.ryabova"),
    ("Глеб", "Поляков", "gleb.polyakov"),
    ("Анастасия", "Цветкова", "anastasia.tsvetkova"),
    ("Тимур", "Данилов", "timur.danilov"),
    ("Лариса", "Жукова", "larisa.zhukova"),
    ("Вадим", "Фомин", "vadim.fomin"),
    ("Софья", "Давыдова", "sofya.davydova"),
    ("Георгий", "Чернов", "georgy.chernov"),
    ("Оксана", "Беляева", "oksana.belyaeva"),
    ("Ярослав", "Голубев", "yaroslav.golubev"),
    ("Инна", "Карпова", "inna.karpova"),
    ("Филипп", "Афанасьев", "filipp.afanasyev"),
    ("Жанна", "Власова", "zhanna.vlasova"),
    ("Руслан", "Маслов", "ruslan.maslov"),
    ("Эльвира", "Исаева", "elvira.isaeva"),
    ("Борис", "Тихонов", "boris.tikhonov"),
];

/// The most people the account can have.
pub const MOST_STAFF: usize = PEOPLE.len();

/// How many people the sales floor plays, and work in the account unless told otherwise.
pub(crate) const SEATS: usize = 8;

/// The first `number` people (1 to [`MOST_STAFF`]), administrator first. With a `token` the first
/// user gets it and the n-th `{token}-n`; without one every token is random.
pub(crate) fn staff(number: usize, token: Option<&str>) -> Vec<User> {
    (FIRST_USER..)
        .zip(PEOPLE)
        .take(number.max(1))
        .enumerate()
        .map(|(seat, (id, (given, surname, login)))| User {
            id,
            name: format!("{given} {surname}"),
            email: format!("{login}@mebelsever.example"),
            token: match (token, seat) {
                (Some(token), 0) => token.to_owned(),
                (Some(token), _) => format!("{token}-{}", seat + 1),
                (None, _) => format!("sandbox-{:032x}", rand::random::<u128>()),
            },
            is_admin: seat == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_are_one_per_user_and_follow_the_given_one() {
        let named = staff(2, Some("T"));
        assert_eq!(
            (named[0].token.as_str(), named[1].token.as_str()),
            ("T", "T-2")
        );
        let random = staff(2, None);
        assert_ne!(random[0].token, random[1].token);
        assert_ne!(random[0].token, staff(1, None)[0].token);
    }

    #[test]
    fn a_full_house_has_one_address_each_and_one_administrator() {
        let everybody = staff(MOST_STAFF, None);
        let emails: HashSet<_> = everybody.iter().map(|user| &user.email).collect();
        let names: HashSet<_> = everybody.iter().map(|user| &user.name).collect();
        assert_eq!((emails.len(), names.len()), (60, 60));
        assert!(everybody[0].is_admin && everybody[1..].iter().all(|user| !user.is_admin));
        assert_eq!((everybody[0].id, everybody[59].id), (9_100_101, 9_100_160));
    }
}
