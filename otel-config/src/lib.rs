#![doc = include_str!("../README.md")]
mod byte_size;
mod decode;
mod diagnostic;
mod document;
mod duration;
mod environment;
mod expand;
mod id;
mod kind;
mod load;

mod render;
pub mod schema;
mod secret;
mod section;
mod source;
mod suggest;
mod topology;
mod userinfo;
mod yaml;

pub use byte_size::{ByteSize, InvalidByteSize};
pub use diagnostic::{Diagnostic, Diagnostics, Location, Severity};
pub use document::{Document, PipelineSpec, Service, Spanned};
pub use duration::{Duration, InvalidDuration};
pub use environment::Environment;
pub use id::{ComponentId, InvalidId, PipelineId, Signal};
pub use kind::Kind;
pub use load::load;
pub use secret::Secret;
pub use section::Section;
pub use source::Source;
pub use suggest::suggest;
