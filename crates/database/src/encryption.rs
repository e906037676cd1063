//! Encrypted connections: TLS, with the server's certificate and name checked, as libpq does with `sslmode=verify-full`.

use bellwether::diagnostic::Diagnostic;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::refused;

/// The variable that names a file of trusted certificates, as for PostgreSQL's own programs.
pub(crate) const ROOTS: &str = "PGSSLROOTCERT";

/// Makes encrypted connections to servers whose certificate one of the authorities in a file signed; without a file, those
/// that the machine trusts.
pub(crate) fn connector(origin: &str, file: Option<&str>) -> Result<MakeRustlsConnect, Diagnostic> {
    let roots = match file {
        Some(file) => named(file).map_err(|why| {
            refused(
                origin,
                format!("the trusted certificates of {ROOTS} cannot be read: {why}"),
            )
            .help("it names a file of certificates that begin with -----BEGIN CERTIFICATE-----")
        })?,
        None => of_the_machine(),
    };
    if roots.is_empty() {
        let message = "this machine has no list of trusted certificates, and the server cannot be told from another";
        return Err(refused(origin, message).help(format!(
            "name the certificate of the server's authority in the environment, {ROOTS}=root.crt"
        )));
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(origin, format!("no encrypted connection can be made: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// The certificates of a file.
fn named(file: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("there is none in it".to_owned());
    }
    Ok(roots)
}

/// The certificates that the machine trusts; one that cannot be read is as good as none.
fn of_the_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        let folder = std::env::temp_dir().join(format!("bellwether-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("root.crt");
        std::fs::write(&file, "no certificate").unwrap();
        for (path, expected) in [
            (file.to_str().unwrap(), "there is none in it"),
            ("/nowhere/root.crt", "cannot be read"),
        ] {
            let finding = connector("postgres://db/cx", Some(path)).err().unwrap();
            assert!(finding.message.contains(expected), "{}", finding.message);
            assert!(finding.help.unwrap().contains("BEGIN CERTIFICATE"));
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
