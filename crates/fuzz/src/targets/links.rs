//! Links, of the web and our own.

use dealbell_amocrm::CrmAddress;
use dealbell_protocol::{join::JoinLink, text};
use dealbell_toasts::Toast;
use dealbell_toasts::link::LinkKey;
use url::Url;

/// What passes is http(s) with a host and without a user, and stays what it is.
pub(super) fn web(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    if let Some(link) = text::link(&given) {
        let written = link.as_str();
        assert!(written.is_ascii(), "{written}");
        assert!(
            written.starts_with("https://") || written.starts_with("http://"),
            "{written}"
        );
        assert!(!written.contains(|c: char| c.is_control() || c == ' ' || c == '"' || c == '<'));
        assert!(link.has_host() && link.username().is_empty() && link.password().is_none());
        let again = Url::parse(written).expect("what is kept is read again");
        assert_eq!(again, link);
    }
    // Where a token is sent is this machine or has TLS, and is the vendor's or was typed as it is.
    if let Ok(address) = CrmAddress::parse(&given) {
        let url = address.url();
        assert!(
            url.has_host() && url.username().is_empty() && url.password().is_none(),
            "{url}"
        );
        let here = matches!(url.host_str(), Some("localhost" | "[::1]"))
            || url.host_str().is_some_and(|host| host.starts_with("127."));
        assert!(url.scheme() == "https" || here, "{url}");
        let again = CrmAddress::parse(url.as_str()).expect("what is kept is read again");
        assert_eq!(again.url(), url);
    }
}

/// A link of ours is read in one way, and writes itself so that it is read as the same; none acts on a
/// toast but those that we sealed.
pub(super) fn deep(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    let key = LinkKey::new(&[1; 32], &[2; 32]);
    assert_eq!(key.read(&given), None, "sealed by nobody");
    let (name, button) = given.split_once('?').unwrap_or((&given, ""));
    let toast = Toast {
        key: name.to_owned(),
        transient: button.len() % 2 == 1,
        ..Toast::default()
    };
    let button = Some(button).filter(|button| !button.is_empty());
    let link = key.link(&toast, button);
    assert!(link.is_ascii());
    assert!(JoinLink::parse(&link).is_none(), "read in two ways: {link}");
    if let Some(again) = key.read(&link) {
        assert_eq!(again, (name.to_owned(), button.map(str::to_owned)));
    }
    if let Some(join) = JoinLink::parse(&given) {
        assert_eq!(JoinLink::parse(join.page().as_str()).as_ref(), Some(&join));
        assert_eq!(JoinLink::parse(&join.app()).as_ref(), Some(&join));
        let centre = join.centre();
        // Whoever writes the code into the address as well tells it himself.
        let told = centre.as_str().to_lowercase().contains(join.code());
        assert!(told || !format!("{join:?}").contains(join.code()));
        let here = match centre.host().expect("it has a host") {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(ip) => ip.is_loopback(),
            url::Host::Ipv6(ip) => ip.is_loopback(),
        };
        assert!(
            centre.scheme() == "https" || here,
            "the code in the open: {centre}"
        );
    }
}
