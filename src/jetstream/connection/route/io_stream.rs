//! A connection to a server, whatever it is made of.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection, with or without TLS.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A connection, with or without TLS.
pub type IoStream = Box<dyn ByteStream>;
