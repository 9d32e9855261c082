# shellcheck shell=bash
# Apache Kafka: one process, broker and controller (KRaft).
#
# Where DIR has `server.pem` (a key and its certificate) and `ca.pem`, it also listens for clients who log in over TLS
# (SASL PLAIN, SCRAM-SHA-256, SCRAM-SHA-512; the user `collector` with the password in `password`) and for clients with a
# certificate of that authority; their ports are in `login-port` and `mutual-port`.
VERSION=4.4.0
LOG4J=2.25.1

fetch() {
  maven "$1/lib" "org.apache.kafka:kafka_2.13:$VERSION" \
    "org.apache.logging.log4j:log4j-slf4j-impl:$LOG4J" "org.apache.logging.log4j:log4j-core:$LOG4J"
}

# secure DIR: adds these two listeners.
secure() {
  local login mutual password jaas=org.apache.kafka.common.security
  [ -e "$1/login-port" ] || { free_port >"$1/login-port"; free_port >"$1/mutual-port"; }
  login=$(cat "$1/login-port") mutual=$(cat "$1/mutual-port") password=$(cat "$1/password")
  sed -i -e "s#^listeners=.*#&,LOGIN://$HOST:$login,MUTUAL://$HOST:$mutual#" \
    -e "s#^advertised.listeners=.*#&,LOGIN://localhost:$login,MUTUAL://localhost:$mutual#" "$1/server.properties"
  cat >>"$1/server.properties" <<CONF
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL
ssl.keystore.type=PEM
ssl.keystore.location=$1/server.pem
ssl.truststore.type=PEM
ssl.truststore.location=$1/ca.pem
listener.name.mutual.ssl.client.auth=required
listener.name.login.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.login.plain.sasl.jaas.config=$jaas.plain.PlainLoginModule required user_collector="$password";
listener.name.login.scram-sha-256.sasl.jaas.config=$jaas.scram.ScramLoginModule required;
listener.name.login.scram-sha-512.sasl.jaas.config=$jaas.scram.ScramLoginModule required;
CONF
  for mechanism in 256 512; do
    FORMAT+=(--add-scram "SCRAM-SHA-$mechanism=[name=collector,password=$password]")
  done
}

run() {
  local java controller command FORMAT=()
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
  [ ! -e "$1/server.pem" ] || secure "$1"
  log_to_console "$1/log4j2.properties"
  command=("$java" "${JVM_FLAGS[@]}" -Dlog4j2.configurationFile="$1/log4j2.properties" -cp "$INSTALLED/lib/*")
  # A cluster id is 16 bytes in base64; any will do for a cluster of one.
  "${command[@]}" kafka.tools.StorageTool format --ignore-formatted --cluster-id Y29kZWFnZW50LXRlc3Rz \
    --config "$1/server.properties" "${FORMAT[@]}" >"$1/format.log" 2>&1 || { cat "$1/format.log" >&2; fail "cannot format its data"; }
  launch "$1" "${command[@]}" kafka.Kafka "$1/server.properties"
}

endpoint() { echo "$HOST:$1"; }
is_ready() { grep -q 'Kafka Server started' "$1/log"; }
