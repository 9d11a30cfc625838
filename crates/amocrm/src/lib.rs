//! amocrm
