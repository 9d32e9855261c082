//! A bulk request: documents with their action lines, and which item each belongs to.

use bytes::Bytes;

use crate::net::compress::Compressor;
use crate::net::http_client::Body;

/// A document in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where its lines end in the body.
    pub end: usize,
    /// The position of its item in the batch.
    pub item: usize,
}

/// Documents on their way, in the order of their items; the documents of an item stand together.
#[derive(Debug)]
pub struct Request {
    lines: Bytes,
    documents: Vec<Document>,
    /// Items of which a document was refused for good while others of theirs are still to be sent.
    spoiled: Vec<usize>,
    /// Why the first of them was.
    pub spoiled_by: Option<String>,
    items: usize,
    body: Option<Body>,
}

impl Request {
    /// A request of these lines.
    pub fn new(lines: Vec<u8>, documents: Vec<Document>) -> Self {
        let items = documents.chunk_by(|a, b| a.item == b.item).count();
        Request { lines: lines.into(), documents, spoiled: Vec::new(), spoiled_by: None, items, body: None }
    }

    /// Items that are still to be delivered.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The documents in their order.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The lines, uncompressed.
    pub fn lines(&self) -> &Bytes {
        &self.lines
    }

    /// Whether a document of this item was refused in an earlier attempt.
    pub fn is_spoiled(&self, item: usize) -> bool {
        self.spoiled.contains(&item)
    }

    /// What is sent. It is compressed once, not for each attempt.
    ///
    /// # Errors
    /// When the compressor fails.
    pub fn body(&mut self, compressor: Compressor) -> Result<Body, String> {
        if let Some(body) = &self.body {
            return Ok(body.clone());
        }
        let body = match compressor.compression().content_encoding() {
            None => Body::chunks([self.lines.clone()]),
            Some(encoding) => Body::encoded(compressor.compress(&[&self.lines], 0)?.into(), Some(encoding)),
        };
        Ok(self.body.insert(body).clone())
    }

    /// Leaves only the documents at these positions, which ascend. `spoiled` are the items of them that lost
    /// a document for good.
    pub fn keep(&mut self, positions: &[usize], spoiled: Vec<usize>) {
        let mut lines = Vec::new();
        let mut documents = Vec::with_capacity(positions.len());
        for &at in positions {
            let start = at.checked_sub(1).map_or(0, |before| self.documents[before].end);
            let Document { end, item } = self.documents[at];
            lines.extend_from_slice(&self.lines[start..end]);
            documents.push(Document { end: lines.len(), item });
        }
        let spoiled_by = self.spoiled_by.take();
        *self = Request { spoiled, spoiled_by, ..Request::new(lines, documents) };
    }

    /// Two requests of about half the bytes, parted between items.
    ///
    /// # Errors
    /// The request itself, where it is of one item.
    #[expect(clippy::result_large_err, reason = "the form of `Exporter::split`")]
    pub fn halves(self) -> Result<[Request; 2], Request> {
        let middle = self.lines.len() / 2;
        let boundary = |at: usize| at > 0 && self.documents[at - 1].item != self.documents[at].item;
        let boundaries = (1..self.documents.len()).filter(|at| boundary(*at));
        let Some(cut) = boundaries.min_by_key(|at| self.documents[at - 1].end.abs_diff(middle)) else {
            return Err(self);
        };
        let at = self.documents[cut - 1].end;
        let mut head = self.documents;
        let mut tail = head.split_off(cut);
        tail.iter_mut().for_each(|document| document.end -= at);
        let part = |lines: Bytes, documents: Vec<Document>| {
            let items = documents.chunk_by(|a, b| a.item == b.item).count();
            let spoiled = self.spoiled.iter().copied();
            let spoiled = spoiled.filter(|item| documents.iter().any(|document| document.item == *item));
            Request {
                spoiled: spoiled.collect(),
                spoiled_by: self.spoiled_by.clone(),
                lines,
                documents,
                items,
                body: None,
            }
        };
        Ok([part(self.lines.slice(..at), head), part(self.lines.slice(at..), tail)])
    }
}
