"""What a Python program with the official OpenTelemetry SDK sends: send.py grpc|http ENDPOINT COUNT

COUNT spans and log records and one point of a counter, numbered. Ends with 1 when an exporter reports a failure.
"""

import logging
import sys

from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

protocol, endpoint, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if protocol == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporters = [make(endpoint=endpoint, insecure=True) for make in (OTLPSpanExporter, OTLPLogExporter, OTLPMetricExporter)]
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporters = [
        make(endpoint=f"{endpoint}/v1/{signal}")
        for make, signal in ((OTLPSpanExporter, "traces"), (OTLPLogExporter, "logs"), (OTLPMetricExporter, "metrics"))
    ]


class Failures(logging.Handler):
    """The exporters say in the log that they failed, and nowhere else."""

    seen = []

    def emit(self, record):
        self.seen.append(record.getMessage())


logging.getLogger("opentelemetry").addHandler(Failures(logging.WARNING))

resource = Resource.create({"service.name": f"python-{protocol}"})
tracers = TracerProvider(resource=resource)
tracers.add_span_processor(BatchSpanProcessor(exporters[0], max_queue_size=max(2048, count)))
loggers = LoggerProvider(resource=resource)
loggers.add_log_record_processor(BatchLogRecordProcessor(exporters[1], max_queue_size=max(2048, count)))
meters = MeterProvider(resource=resource, metric_readers=[PeriodicExportingMetricReader(exporters[2])])

logger = logging.getLogger("program")
logger.setLevel(logging.INFO)
logger.addHandler(LoggingHandler(logger_provider=loggers))
counter = meters.get_meter("program").create_counter("program.loops", unit="{loop}")
for number in range(count):
    with tracers.get_tracer("program").start_as_current_span("loop", kind=trace.SpanKind.CLIENT) as span:
        span.set_attribute("number", number)
        logger.info("loop %d", number, extra={"number": number})
        counter.add(1)

for provider in (tracers, loggers, meters):
    if not provider.force_flush(30_000):
        Failures.seen.append(f"{provider} did not flush")
    provider.shutdown()
if Failures.seen:
    sys.exit("\n".join(Failures.seen))
