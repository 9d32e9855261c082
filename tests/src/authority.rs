//! Certificate authorities that live as long as a test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// An authority and its key.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its private key, in PEM.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Authority {
    /// A new one, unknown to all.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        Authority { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// Its own certificate, in PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for `localhost`, good for servers and clients.
    pub fn issue(&self) -> Issued {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// How a test's own client speaks TLS.
#[derive(Clone)]
pub struct ClientTls {
    /// The authorities that it trusts, in PEM.
    pub authorities: String,
    /// What it shows.
    pub identity: Issued,
}

impl ClientTls {
    /// For tonic.
    pub fn grpc(&self) -> ClientTlsConfig {
        let identity = Identity::from_pem(&self.identity.certificate, &self.identity.key);
        let roots = Certificate::from_pem(&self.authorities);
        ClientTlsConfig::new().ca_certificate(roots).identity(identity).domain_name("localhost")
    }

    /// For HTTP.
    pub fn http(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(self.authorities.as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let chain = CertificateDer::pem_slice_iter(self.identity.certificate.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(self.identity.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.unwrap().with_root_certificates(roots);
        let chain = chain.collect::<Result<_, _>>().unwrap();
        Arc::new(builder.with_client_auth_cert(chain, key).unwrap())
    }
}
