//! What is served on a connection: the provider, and go-plugin's own services beside it.

use std::time::Duration;

use futures::{StreamExt, stream};
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::codegen::BoxStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tracing::debug;

use crate::plugin::net::{ByteStream, Listener};
use crate::terraform::proto::health::health_check_response::ServingStatus;
use crate::terraform::proto::health::health_server::{Health, HealthServer};
use crate::terraform::proto::health::{HealthCheckRequest, HealthCheckResponse};
use crate::terraform::proto::plugin::grpc_controller_server::{
    GrpcController, GrpcControllerServer,
};
use crate::terraform::proto::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use crate::terraform::proto::plugin::{Empty, StdioData};
use crate::terraform::proto::tfplugin6::provider_server::{Provider, ProviderServer};

/// The largest message, in bytes, either way; what Go providers allow. A plan holds a state
/// twice, and tonic's own limit of 4 MiB is soon reached.
const LARGEST_MESSAGE: usize = 256 << 20;

/// How much of one request, in bytes, may be under way before we say that we read it. Large, so
/// that states of megabytes do not wait for acknowledgements.
const STREAM_WINDOW: u32 = 8 << 20;

/// The same for all requests of a connection together.
const CONNECTION_WINDOW: u32 = 32 << 20;

/// How long a client may take over its TLS handshake.
const TLS_HANDSHAKE: Duration = Duration::from_secs(10);

/// Everything that serves clients.
pub(super) struct Connections {
    routes: Routes,
    stop: CancellationToken,
    open: TaskTracker,
}

impl Connections {
    /// Serves this provider until `stop` is cancelled, which Shutdown does.
    pub(super) fn new<P: Provider>(provider: P, stop: CancellationToken) -> Self {
        let provider = ProviderServer::new(provider)
            .max_decoding_message_size(LARGEST_MESSAGE)
            .max_encoding_message_size(LARGEST_MESSAGE);
        let routes = Routes::new(provider)
            .add_service(GrpcControllerServer::new(Controller { stop: stop.clone() }))
            .add_service(GrpcStdioServer::new(Stdio { stop: stop.clone() }))
            .add_service(HealthServer::new(HealthCheck { stop: stop.clone() }))
            .prepare();
        Self {
            routes,
            stop,
            open: TaskTracker::new(),
        }
    }

    /// Takes in clients for ever, each served by a task of its own.
    pub(super) async fn accept(&self, listener: &Listener, tls: Option<TlsAcceptor>) {
        loop {
            let stream = listener.accept().await;
            let (tls, routes, stop) = (tls.clone(), self.routes.clone(), self.stop.clone());
            self.open.spawn(async move {
                match tls {
                    None => serve_connection(stream, routes, stop).await,
                    Some(tls) => {
                        match tokio::time::timeout(TLS_HANDSHAKE, tls.accept(stream)).await {
                            Ok(Ok(stream)) => serve_connection(stream, routes, stop).await,
                            Ok(Err(error)) => debug!(%error, "a client was refused"),
                            Err(_) => {
                                debug!(
                                    "a client was refused: it did not complete its TLS handshake"
                                )
                            }
                        }
                    }
                }
            });
        }
    }

    /// Done when every connection has closed, which after `stop` they do as soon as their calls allow.
    pub(super) async fn closed(&self) {
        self.open.close();
        self.open.wait().await;
    }
}

/// Answers one client until it leaves or the plugin stops.
async fn serve_connection(stream: impl ByteStream, routes: Routes, stop: CancellationToken) {
    let connection = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    let end = tokio::select! {
        end = connection.as_mut() => end,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = end {
        debug!(%error, "a client closed the connection without notice");
    }
}

/// The end of the process.
struct Controller {
    stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.stop.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// What the plugin prints. Terraform reads the pipes instead, but keeps this stream open, and
/// with it the connection, which its gRPC library would let go idle after half an hour.
struct Stdio {
    stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        let silence = stream::pending().take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}

/// Serving, as long as the process runs.
struct HealthCheck {
    stop: CancellationToken,
}

const SERVING: HealthCheckResponse = HealthCheckResponse {
    status: ServingStatus::Serving as i32,
};

#[tonic::async_trait]
impl Health for HealthCheck {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.into_inner().service.as_str() {
            // The name is go-plugin's, the same for every plugin.
            "" | "plugin" => Ok(Response::new(SERVING)),
            other => Err(Status::not_found(format!("no service {other}"))),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<HealthCheckResponse>>, Status> {
        let now = self.check(request).await?.into_inner();
        let then = stream::pending().take_until(self.stop.clone().cancelled_owned());
        Ok(Response::new(Box::pin(stream::iter([Ok(now)]).chain(then))))
    }
}
