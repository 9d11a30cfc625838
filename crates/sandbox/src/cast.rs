//! The cards of the account: leads, contacts, companies and customers, with the cases that Russian
//! texts need.

/// A person the department talks to; the forms are what the phrases decline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contact {
    pub(crate) id: u64,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) genitive: &'static str,
    pub(crate) dative: &'static str,
    pub(crate) instrumental: &'static str,
}

/// A card with nothing but a name: a company or a customer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
}

/// A deal: its price in roubles, its contact and company as indexes into [`CONTACTS`] and
/// [`COMPANIES`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lead {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    pub(crate) price: u64,
    pub(crate) contact: usize,
    pub(crate) company: Option<usize>,
}

const fn contact(
    id: u64,
    first: &'static str,
    last: &'static str,
    forms: [&'static str; 3],
) -> Contact {
    let [genitive, dative, instrumental] = forms;
    Contact {
        id,
        first,
        last,
        genitive,
        dative,
        instrumental,
    }
}

const fn lead(
    id: u64,
    name: &'static str,
    price: u64,
    contact: usize,
    company: Option<usize>,
) -> Lead {
    Lead {
        id,
        name,
        price,
        contact,
        company,
    }
}

pub(crate) const CONTACTS: [Contact; 8] = [
    contact(
        5_200_001,
        "Ирина",
        "Котова",
        ["Ирины Котовой", "Ирине Котовой", "Ириной Котовой"],
    ),
    contact(
        5_200_002,
        "Павел",
        "Громов",
        ["Павла Громова", "Павлу Громову", "Павлом Громовым"],
    ),
    contact(
        5_200_003,
        "Марина",
        "Белова",
        ["Марины Беловой", "Марине Беловой", "Мариной Беловой"],
    ),
    contact(
        5_200_004,
        "Олег",
        "Власов",
        ["Олега Власова", "Олегу Власову", "Олегом Власовым"],
    ),
    contact(
        5_200_005,
        "Татьяна",
        "Зуева",
        ["Татьяны Зуевой", "Татьяне Зуевой", "Татьяной Зуевой"],
    ),
    contact(
        5_200_006,
        "Николай",
        "Дорофеев",
        [
            "Николая Дорофеева",
            "Николаю Дорофееву",
            "Николаем Дорофеевым",
        ],
    ),
    contact(
        5_200_007,
        "Елена",
        "Ракитина",
        ["Елены Ракитиной", "Елене Ракитиной", "Еленой Ракитиной"],
    ),
    contact(
        5_200_008,
        "Артём",
        "Лисицын",
        ["Артёма Лисицына", "Артёму Лисицыну", "Артёмом Лисицыным"],
    ),
];

pub(crate) const COMPANIES: [Named; 4] = [
    Named {
        id: 6_300_001,
        name: "ООО «Ромашка»",
    },
    Named {
        id: 6_300_002,
        name: "ИП Громов П. А.",
    },
    Named {
        id: 6_300_003,
        name: "ООО «СтройДом»",
    },
    Named {
        id: 6_300_004,
        name: "Гостиница «Онега»",
    },
];

pub(crate) const LEADS: [Lead; 10] = [
    lead(7_400_001, "Кухня «Верона»", 285_000, 0, None),
    lead(7_400_002, "Шкаф-купе «Милан»", 94_500, 1, Some(1)),
    lead(7_400_003, "Кухня «Осло» с островом", 412_000, 2, None),
    lead(7_400_004, "Офисная мебель, 12 мест", 530_000, 3, Some(2)),
    lead(7_400_005, "Гардеробная «Норд»", 148_000, 4, None),
    lead(7_400_006, "Мебель для кафе", 367_000, 5, Some(0)),
    lead(7_400_007, "Кухня «Прованс»", 239_000, 6, None),
    lead(
        7_400_008,
        "Номера гостиницы, второй этаж",
        1_280_000,
        7,
        Some(3),
    ),
    lead(7_400_009, "Детская «Бриз»", 121_000, 0, None),
    lead(7_400_010, "Столешница из кварца", 76_000, 2, None),
];

pub(crate) const CUSTOMERS: [Named; 2] = [
    Named {
        id: 8_500_001,
        name: "ООО «Ромашка», обслуживание кафе",
    },
    Named {
        id: 8_500_002,
        name: "Гостиница «Онега», ежегодный договор",
    },
];
