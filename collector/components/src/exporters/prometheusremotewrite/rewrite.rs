//! Requests made from requests: 2.0 into 1.0, without exemplars, in halves.

use codeagent_pipeline::otlp::wire::{
    Fields, Value, put_bytes, put_fixed64, put_message, put_tag, put_uint, varint,
};

use super::request::{Compressor, Request, Version};

/// The message, or nothing where the body is not what we wrote.
fn message(request: &Request) -> Vec<u8> {
    snap::raw::Decoder::new().decompress_vec(&request.body).unwrap_or_default()
}

/// The same as remote write 1.0.
pub fn to_version_one(request: &Request) -> Request {
    let message = message(request);
    let symbols: Vec<&[u8]> =
        Fields::new(&message).filter(|(field, _)| *field == 4).map(|(_, value)| value.bytes()).collect();
    let mut out = Vec::with_capacity(message.len() * 2);
    for (field, value) in Fields::new(&message) {
        if field == 5 {
            put_message(&mut out, 1, |out| write_series(out, value.bytes(), &symbols));
        }
    }
    Request { version: Version::One, body: Compressor::default().compress(&out), ..request.clone() }
}

fn write_series(out: &mut Vec<u8>, series: &[u8], symbols: &[&[u8]]) {
    for (field, value) in Fields::new(series) {
        match field {
            1 => write_labels(out, value.bytes(), symbols),
            2 => put_message(out, 2, |out| copy_without(out, value.bytes(), 3)),
            3 => put_message(out, 4, |out| copy_without(out, value.bytes(), 17)),
            4 => put_message(out, 3, |out| {
                for (field, value) in Fields::new(value.bytes()) {
                    match field {
                        1 => write_labels(out, value.bytes(), symbols),
                        field => copy_field(out, field, value),
                    }
                }
            }),
            _ => {}
        }
    }
}

fn write_labels(out: &mut Vec<u8>, mut references: &[u8], symbols: &[&[u8]]) {
    let mut next = || {
        let (reference, length) = varint(references)?;
        references = &references[length..];
        symbols.get(usize::try_from(reference).ok()?).copied()
    };
    while let (Some(name), Some(value)) = (next(), next()) {
        put_message(out, 1, |out| {
            put_bytes(out, 1, name);
            put_bytes(out, 2, value);
        });
    }
}

fn copy_without(out: &mut Vec<u8>, message: &[u8], left_out: u32) {
    for (field, value) in Fields::new(message).filter(|(field, _)| *field != left_out) {
        copy_field(out, field, value);
    }
}

fn copy_field(out: &mut Vec<u8>, field: u32, value: Value<'_>) {
    match value {
        Value::Varint(value) => put_uint(out, field, value),
        Value::Fixed64(value) => put_fixed64(out, field, value),
        Value::Bytes(bytes) => put_bytes(out, field, bytes),
        Value::Fixed32(value) => {
            put_tag(out, field, 5);
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
}

/// The field of time series in a request, and that of exemplars in a time series.
fn fields_of(version: Version) -> (u32, u32) {
    match version {
        Version::One => (1, 3),
        Version::Two => (5, 4),
    }
}

/// The same without exemplars.
pub fn without_exemplars(request: &Request) -> Request {
    let (series, exemplars) = fields_of(request.version);
    let message = message(request);
    let mut out = Vec::with_capacity(message.len());
    for (field, value) in Fields::new(&message) {
        if field == series {
            put_message(&mut out, field, |out| copy_without(out, value.bytes(), exemplars));
        } else {
            copy_field(&mut out, field, value);
        }
    }
    Request { body: Compressor::default().compress(&out), exemplars: 0, ..request.clone() }
}

/// The first and the second half of the time series; nothing where there is only one.
pub fn halves(request: &Request) -> Option<[Request; 2]> {
    let count = request.items_by_series.len();
    if count < 2 {
        return None;
    }
    let message = message(request);
    let mut compressor = Compressor::default();
    Some([0..count / 2, count / 2..count].map(|range| {
        let (series, _) = fields_of(request.version);
        let mut half = Request { samples: 0, exemplars: 0, ..request.clone() };
        let (mut out, mut at) = (Vec::with_capacity(message.len() / 2), 0);
        for (field, value) in Fields::new(&message) {
            if field != series {
                copy_field(&mut out, field, value);
                continue;
            }
            if range.contains(&at) {
                copy_field(&mut out, field, value);
                count_series(value.bytes(), &mut half);
            }
            at += 1;
        }
        half.items_by_series = request.items_by_series[range].into();
        half.body = compressor.compress(&out);
        half
    }))
}

fn count_series(series: &[u8], request: &mut Request) {
    let (_, exemplars) = fields_of(request.version);
    for (field, _) in Fields::new(series) {
        match field {
            field if field == exemplars => request.exemplars += 1,
            2..=4 => request.samples += 1,
            _ => {}
        }
    }
}
