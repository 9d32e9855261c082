//! What a request carries.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderValue;
use http_body::{Frame, SizeHint};
use smallvec::SmallVec;

/// A body: chunks that are sent one after the other, and how they are encoded. Cheap to clone, so that each
/// attempt can have one.
#[derive(Clone, Debug, Default)]
pub struct Body {
    chunks: SmallVec<[Bytes; 1]>,
    encoding: Option<HeaderValue>,
}

impl Body {
    /// Bytes that were encoded already; `encoding` is the value of `content-encoding`.
    pub fn encoded(bytes: Bytes, encoding: Option<HeaderValue>) -> Self {
        Body { chunks: [bytes].into_iter().collect(), encoding }
    }

    /// Chunks as they are: nothing is copied.
    pub fn chunks(chunks: impl IntoIterator<Item = Bytes>) -> Self {
        Body { chunks: chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect(), encoding: None }
    }

    /// Bytes on the wire, without HTTP's own.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }

    /// Whether nothing is sent.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `content-encoding`.
    pub fn encoding(&self) -> Option<&HeaderValue> {
        self.encoding.as_ref()
    }

    pub(super) fn into_chunks(self) -> Chunks {
        let left = self.len() as u64;
        Chunks { chunks: self.chunks.into_iter(), left }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Body::encoded(bytes, None)
    }
}

/// A body on its way.
#[derive(Debug)]
pub(super) struct Chunks {
    chunks: smallvec::IntoIter<[Bytes; 1]>,
    left: u64,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.chunks.next();
        Poll::Ready(next.map(|chunk| {
            self.left -= chunk.len() as u64;
            Ok(Frame::data(chunk))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
