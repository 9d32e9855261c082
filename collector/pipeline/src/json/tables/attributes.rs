//! `opentelemetry/proto/common/v1` and `resource/v1`.

use crate::json::schema::{Kind::*, message};

message!(ANY_VALUE "opentelemetry.proto.common.v1.AnyValue" {
    1 "string_value" "stringValue" Choice String;
    2 "bool_value" "boolValue" Choice Bool;
    3 "int_value" "intValue" Choice Int64;
    4 "double_value" "doubleValue" Choice Double;
    5 "array_value" "arrayValue" Choice Message(&ARRAY_VALUE);
    6 "kvlist_value" "kvlistValue" Choice Message(&KEY_VALUE_LIST);
    7 "bytes_value" "bytesValue" Choice Bytes;
    8 "string_value_strindex" "stringValueStrindex" Choice Int32;
});

message!(ARRAY_VALUE "opentelemetry.proto.common.v1.ArrayValue" {
    1 "values" "values" Repeated Message(&ANY_VALUE);
});

message!(KEY_VALUE_LIST "opentelemetry.proto.common.v1.KeyValueList" {
    1 "values" "values" Repeated Message(&KEY_VALUE);
});

message!(KEY_VALUE "opentelemetry.proto.common.v1.KeyValue" {
    1 "key" "key" Implicit String;
    2 "value" "value" Explicit Message(&ANY_VALUE);
    3 "key_strindex" "keyStrindex" Implicit Int32;
});

message!(SCOPE "opentelemetry.proto.common.v1.InstrumentationScope" {
    1 "name" "name" Implicit String;
    2 "version" "version" Implicit String;
    3 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    4 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
});

message!(ENTITY_REF "opentelemetry.proto.common.v1.EntityRef" {
    1 "schema_url" "schemaUrl" Implicit String;
    2 "type" "type" Implicit String;
    3 "id_keys" "idKeys" Repeated String;
    4 "description_keys" "descriptionKeys" Repeated String;
});

message!(RESOURCE "opentelemetry.proto.resource.v1.Resource" {
    1 "attributes" "attributes" Repeated Message(&KEY_VALUE);
    2 "dropped_attributes_count" "droppedAttributesCount" Implicit Uint32;
    3 "entity_refs" "entityRefs" Repeated Message(&ENTITY_REF);
});
