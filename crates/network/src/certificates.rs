//! Whom TLS trusts: the system's certificates and the user's own.

use crate::{Network, NetworkError};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The certificates of the user's own file; none where he has no such file.
pub(crate) fn read(network: &Network) -> Result<Vec<CertificateDer<'static>>, NetworkError> {
    let Some(file) = &network.ca_file else {
        return Ok(Vec::new());
    };
    let pem = std::fs::read(file).map_err(NetworkError::CaUnreadable)?;
    let own: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let own = own.map_err(|_| NetworkError::CaEmpty)?;
    let mut trial = RootCertStore::empty();
    for certificate in &own {
        let added = trial.add(certificate.clone());
        added.map_err(|_| NetworkError::CaEmpty)?;
    }
    match trial.is_empty() {
        true => Err(NetworkError::CaEmpty),
        false => Ok(own),
    }
}

/// The system's and the user's own.
pub(crate) fn roots(network: &Network) -> Result<RootCertStore, NetworkError> {
    let mut roots = RootCertStore::empty();
    // A system without any, or with a broken one among them, may still serve by the user's own.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(read(network)?);
    Ok(roots)
}
