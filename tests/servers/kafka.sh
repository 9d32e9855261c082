# shellcheck shell=bash
# Apache Kafka: one process, broker and controller (KRaft).
VERSION=4.4.0
LOG4J=2.25.1

fetch() {
  maven "$1/lib" "org.apache.kafka:kafka_2.13:$VERSION" \
    "org.apache.logging.log4j:log4j-slf4j-impl:$LOG4J" "org.apache.logging.log4j:log4j-core:$LOG4J"
}

run() {
  local java controller command
  java=$(java 17) controller=$(free_port)
  cat >"$1/server.properties" <<CONF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@$HOST:$controller
listeners=PLAINTEXT://$HOST:$2,CONTROLLER://$HOST:$controller
advertised.listeners=PLAINTEXT://$HOST:$2
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$1/data
num.partitions=3
auto.create.topics.enable=true
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=5
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
CONF
  log_to_console "$1/log4j2.properties"
  command=("$java" "${JVM_FLAGS[@]}" -Dlog4j2.configurationFile="$1/log4j2.properties" -cp "$INSTALLED/lib/*")
  # A cluster id is 16 bytes in base64; any will do for a cluster of one.
  "${command[@]}" kafka.tools.StorageTool format --ignore-formatted --cluster-id Y29kZWFnZW50LXRlc3Rz \
    --config "$1/server.properties" >"$1/format.log" 2>&1 || { cat "$1/format.log" >&2; fail "cannot format its data"; }
  launch "$1" "${command[@]}" kafka.Kafka "$1/server.properties"
}

endpoint() { echo "$HOST:$1"; }
is_ready() { grep -q 'Kafka Server started' "$1/log"; }
