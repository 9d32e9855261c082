#![doc = include_str!("../README.md")]
#![allow(dead_code)] // until the reader is in

mod byte_size;
mod decode;
mod diagnostic;
mod document;
mod duration;
mod environment;
mod id;
mod kind;
mod node;
mod render;
pub mod schema;
mod secret;
mod section;
mod source;
mod suggest;

pub use byte_size::{ByteSize, InvalidByteSize};
pub use diagnostic::{Diagnostic, Diagnostics, Location, Severity};
pub use document::{Document, PipelineSpec, Service, Spanned, load};
pub use duration::{Duration, InvalidDuration};
pub use environment::Environment;
pub use id::{ComponentId, InvalidId, PipelineId, Signal};
pub use kind::Kind;
pub use secret::Secret;
pub use section::Section;
pub use source::Source;
pub use suggest::suggest;
