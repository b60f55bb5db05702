//! A server of files over HTTPS on loopback: a registry or a network mirror, which answer the same request always the same.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use crate::release::setup::{Files, Release, VERSION, archive, file, platform};
use crate::support::{Authority, runtime};

/// Ends when dropped.
pub struct FileServer {
    address: String,
    authority: Authority,
    serving: AbortHandle,
}

impl FileServer {
    /// Serves what `site` makes for its address, `localhost:<port>`: contents by path.
    pub fn start(site: impl FnOnce(&str) -> Files) -> Self {
        let authority = Authority::new();
        let acceptor = acceptor(&authority);
        let _entered = runtime().enter();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let site = Arc::new(site(&address));
        let listener = TcpListener::from_std(listener).unwrap();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, site) = (acceptor.clone(), Arc::clone(&site));
                tokio::spawn(async move {
                    // A client that does not trust the certificate ends here.
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let answer = service_fn(|request| {
                        let answer = answer(&site, &request);
                        async { Ok::<_, Infallible>(answer) }
                    });
                    let _ = http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
        Self {
            address,
            authority,
            serving: serving.abort_handle(),
        }
    }

    /// A registry with one release, whose site `change` may alter.
    pub fn registry(release: &Release, change: impl FnOnce(&mut Files)) -> Self {
        Self::start(|address| {
            let mut site = registry(address, release);
            change(&mut site);
            site
        })
    }

    /// Such as `localhost:4443`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The file with the authority that a client has to trust.
    pub fn authority(&self) -> String {
        let file = self.authority.file("authority.pem", &self.authority.pem());
        file.to_str().unwrap().to_owned()
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn acceptor(authority: &Authority) -> TlsAcceptor {
    let issued = authority.server(&["localhost"]);
    let certificate = CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

fn answer(site: &Files, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    let (status, content) = match site.get(path) {
        Some(content) => (StatusCode::OK, content.clone()),
        None => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let kind = match path.rsplit('/').next() {
        Some(name) if name.ends_with(".zip") => "application/zip",
        Some(name) if name.contains("SHA256SUMS") => "application/octet-stream",
        _ => "application/json",
    };
    let mut response = Response::new(Full::new(Bytes::from(content)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", kind.parse().unwrap());
    response
}

/// The path at which a registry says where the archive for this machine is.
pub fn download() -> String {
    let (system, machine) = platform().split_once('_').map(owned).unwrap();
    format!("/v1/providers/wasmcloud/wasmcloud/{VERSION}/download/{system}/{machine}")
}

fn owned((one, other): (&str, &str)) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

/// Every answer of a registry with this release: the provider registry protocol, and the files.
fn registry(address: &str, release: &Release) -> Files {
    let (system, machine) = platform().split_once('_').map(owned).unwrap();
    let manifest: Value = serde_json::from_str(release.text(&file("manifest.json"))).unwrap();
    let protocols = &manifest["metadata"]["protocol_versions"];
    let at = |name: &str| format!("https://{address}/files/{name}");
    let sums = file("SHA256SUMS");
    let platforms = json!([{ "os": system, "arch": machine }]);
    let documents = BTreeMap::from([
        (
            "/.well-known/terraform.json".to_owned(),
            json!({ "providers.v1": "/v1/providers/" }),
        ),
        (
            "/v1/providers/wasmcloud/wasmcloud/versions".to_owned(),
            json!({ "versions": [
                { "version": VERSION, "protocols": protocols, "platforms": platforms },
            ] }),
        ),
        (
            download(),
            json!({
                "protocols": protocols,
                "os": system,
                "arch": machine,
                "filename": archive(),
                "download_url": at(&archive()),
                "shasums_url": at(&sums),
                "shasums_signature_url": at(&format!("{sums}.sig")),
                "shasum": checksum(release, &archive()),
                "signing_keys": { "gpg_public_keys": [
                    { "key_id": release.key.id, "ascii_armor": release.key.armored },
                ] },
            }),
        ),
    ]);
    let documents = documents.into_iter();
    let documents = documents.map(|(path, document)| (path, document.to_string().into_bytes()));
    let files = release.files.clone().into_iter();
    documents
        .chain(files.map(|(name, content)| (format!("/files/{name}"), content)))
        .collect()
}

/// What the checksums of a release say of a file.
pub fn checksum(release: &Release, name: &str) -> String {
    let lines = release.text(&file("SHA256SUMS")).lines();
    let mut lines = lines.filter_map(|line| line.split_once("  "));
    let (sum, _) = lines.find(|(_, other)| *other == name).unwrap();
    sum.to_owned()
}
