//! How to point agents here: printed at the start.

/// The lines that each agent needs, with the endpoints that really listen.
pub fn text(grpc: Option<&str>, http: Option<&str>) -> String {
    let grpc = grpc.unwrap_or("127.0.0.1:4317");
    let http = http.unwrap_or("127.0.0.1:4318");
    format!(
        "\
point your agents here:
  Claude Code     export CLAUDE_CODE_ENABLE_TELEMETRY=1 OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp
                  export OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=http://{grpc}
                  traces too: export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1 OTEL_TRACES_EXPORTER=otlp
  Codex           ~/.codex/config.toml:
                  [otel]
                  exporter = {{ otlp-grpc = {{ endpoint = \"http://{grpc}\" }} }}
                  trace_exporter = {{ otlp-grpc = {{ endpoint = \"http://{grpc}\" }} }}
                  metrics_exporter = {{ otlp-grpc = {{ endpoint = \"http://{grpc}\" }} }}
  Gemini CLI      export GEMINI_TELEMETRY_ENABLED=true GEMINI_TELEMETRY_TARGET=local
                  export GEMINI_TELEMETRY_OTLP_ENDPOINT=http://{grpc} GEMINI_TELEMETRY_OTLP_PROTOCOL=grpc
  OpenTelemetry   export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT=http://{http}
"
    )
}
