//! A WebSocket as a stream of bytes: NATS does not care where one of its messages ends.

use std::future::ready;
use std::io;

use bytes::Bytes;
use futures::{SinkExt, StreamExt, TryStreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::{CopyToBytes, SinkWriter, StreamReader};
use tokio_websockets::client::Builder;
use tokio_websockets::{Error, Limits, Message, WebSocketStream};

use crate::jetstream::connection::address::Server;
use crate::jetstream::connection::route::io_stream::IoStream;

/// The longest WebSocket message, in bytes: longer than what NATS may send in one piece.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// Begins a WebSocket over a connection that is there.
///
/// # Errors
/// When the server does not agree.
pub async fn open(server: &Server, stream: IoStream) -> Result<IoStream, Error> {
    let builder = Builder::new().uri(server.address.as_url_str());
    let (socket, _) = builder
        .map_err(|error| Error::Io(io::Error::other(error)))?
        .limits(Limits::default().max_payload_len(Some(LONGEST_MESSAGE)))
        .connect_on(stream)
        .await?;
    Ok(bytes(socket))
}

fn bytes<S>(socket: WebSocketStream<S>) -> IoStream
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sink, messages) = socket.split();
    let incoming = messages.map_err(io_error).try_filter_map(|message| {
        let has_bytes = message.is_binary() || message.is_text();
        ready(Ok(has_bytes.then(|| Bytes::from(message.into_payload()))))
    });
    let outgoing = sink
        .with(|bytes: Bytes| ready(Ok::<_, Error>(Message::binary(bytes))))
        .sink_map_err(io_error);
    let writer = SinkWriter::new(CopyToBytes::new(outgoing));
    Box::new(tokio::io::join(StreamReader::new(incoming), writer))
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        error => io::Error::other(error),
    }
}
