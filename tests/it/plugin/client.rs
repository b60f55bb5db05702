//! The other end of the connection, as Terraform is one.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use terraform_provider_wasmcloud::testing::terraform::proto::health::HealthCheckRequest;
use terraform_provider_wasmcloud::testing::terraform::proto::health::health_check_response::ServingStatus;
use terraform_provider_wasmcloud::testing::terraform::proto::health::health_client::HealthClient;
use terraform_provider_wasmcloud::testing::terraform::proto::plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_wasmcloud::testing::terraform::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use terraform_provider_wasmcloud::testing::terraform::proto::tfplugin6::provider_client::ProviderClient;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::body::Body;
use tonic::codegen::{Service, http};

use crate::plugin::certificate::ClientCertificate;
use crate::plugin::process::{Process, as_terraform, binary};

/// What the handshake line says.
#[derive(Clone, Debug)]
pub struct Handshake {
    pub fields: Vec<String>,
}

impl Handshake {
    /// Reads the line, passing over what a test harness prints before it.
    pub fn read(process: &Process) -> Self {
        loop {
            let line = process.line().expect("a handshake line");
            if let Some(line) = line
                .strip_suffix('\n')
                .filter(|line| line.starts_with("1|"))
            {
                return Self {
                    fields: line.split('|').map(str::to_owned).collect(),
                };
            }
        }
    }

    pub fn socket(&self) -> &str {
        &self.fields[3]
    }

    /// The server's certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        STANDARD_NO_PAD
            .decode(&self.fields[5])
            .expect("base64 without padding")
            .into()
    }

    /// Connects as Terraform does.
    pub async fn connect(&self, certificate: &ClientCertificate) -> io::Result<Connection> {
        let stream = self.connect_tls(Some(certificate)).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        Connection::over(stream).await
    }

    /// Why the server refuses this client, if it does.
    pub async fn refusal(&self, certificate: Option<&ClientCertificate>) -> Option<String> {
        let first_byte = async { self.connect_tls(certificate).await?.read_u8().await };
        // In TLS 1.3 a client learns that it is refused only after its side of the handshake.
        first_byte.await.err().map(|error| error.to_string())
    }

    async fn connect_tls(
        &self,
        certificate: Option<&ClientCertificate>,
    ) -> io::Result<TlsStream<UnixStream>> {
        let stream = UnixStream::connect(self.socket()).await?;
        let connector = TlsConnector::from(Arc::new(self.tls(certificate)));
        connector
            .connect(ServerName::try_from("localhost").unwrap(), stream)
            .await
    }

    /// Connects without TLS.
    pub async fn connect_plain(&self) -> io::Result<Connection> {
        Connection::over(UnixStream::connect(self.socket()).await?).await
    }

    fn tls(&self, certificate: Option<&ClientCertificate>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match certificate {
            None => config.with_no_client_auth(),
            Some(certificate) => {
                config.with_client_cert_resolver(Arc::new(Always(certificate.certified_key())))
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }
}

/// Presents the same certificate to every server.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The binary as Terraform starts it, and a connection to it.
pub async fn started() -> (Process, Connection) {
    let certificate = ClientCertificate::new();
    let mut command = as_terraform(binary());
    command.env("PLUGIN_CLIENT_CERT", certificate.pem());
    let process = Process::start(command);
    let connection = Handshake::read(&process)
        .connect(&certificate)
        .await
        .expect("a connection");
    (process, connection)
}

/// A connection that carries calls.
#[derive(Clone)]
pub struct Connection(SendRequest<Body>);

impl Connection {
    pub async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> io::Result<Self> {
        let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    pub fn provider(&self) -> ProviderClient<Self> {
        ProviderClient::with_origin(self.clone(), origin())
    }

    pub fn controller(&self) -> GrpcControllerClient<Self> {
        GrpcControllerClient::with_origin(self.clone(), origin())
    }

    pub fn stdio(&self) -> GrpcStdioClient<Self> {
        GrpcStdioClient::with_origin(self.clone(), origin())
    }

    /// Asks a service for its health: the shortest call that a plugin answers.
    pub async fn health(&self, service: &str) -> Result<ServingStatus, tonic::Status> {
        let mut client = HealthClient::with_origin(self.clone(), origin());
        let answer = client
            .check(HealthCheckRequest {
                service: service.to_owned(),
            })
            .await?;
        Ok(answer.into_inner().status())
    }
}

fn origin() -> http::Uri {
    http::Uri::from_static("http://localhost")
}

impl Service<http::Request<Body>> for Connection {
    type Response = http::Response<hyper::body::Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}
