# shellcheck shell=bash
# Elasticsearch from Maven Central's server jars. What is not published there is missing: x-pack (security, ILM),
# ingest processors, painless, `GET _data_stream`. Bulk, index templates, data streams and search are whole.
VERSION=9.5.3
JDK=(21 jdk.compiler jdk.jdi)

fetch() {
  local jdk netty=$1/modules/transport-netty4 root=$1/modules/rest-root
  jdk=$(dirname "$(readlink -f "$(java "${JDK[@]}")")")
  maven "$1/lib" "org.elasticsearch:elasticsearch:$VERSION"
  maven "$netty" "org.elasticsearch.plugin:transport-netty4:$VERSION"
  without_jars_of "$1/lib" "$netty"
  # The module's descriptors are inside its jar; the server wants them beside it.
  unzip_flat "$netty/transport-netty4-$VERSION.jar" "$netty" plugin-descriptor.properties entitlement-policy.yaml
  "$jdk/javac" --module-path "$1/lib" --add-modules ALL-MODULE-PATH -d "$1/classes" "$HERE/elasticsearch/StartNode.java"
  mkdir "$root"
  "$jdk/javac" -cp "$1/lib/*" -d "$1/root" "$HERE/elasticsearch/RootPlugin.java"
  "$jdk/jar" --create --file "$root/rest-root.jar" -C "$1/root" .
  printf '%s\n' name=rest-root description=rest-root version="$VERSION" elasticsearch.version="$VERSION" java.version=21 \
    classname=codeagent.tests.RootPlugin >"$root/plugin-descriptor.properties"
}

unzip_flat() {
  python3 - "$@" <<'PY'
import os, sys, zipfile
jar, out, wanted = zipfile.ZipFile(sys.argv[1]), sys.argv[2], sys.argv[3:]
for name in jar.namelist():
    if os.path.basename(name) in wanted:
        open(os.path.join(out, os.path.basename(name)), "wb").write(jar.read(name))
PY
}

run() {
  local java
  java=$(java "${JDK[@]}")
  mkdir -p "$1/config" "$1/tmp" "$1/logs"
  cat >"$1/config/elasticsearch.yml" <<CONF
cluster.name: codeagent-tests
discovery.type: single-node
network.host: $HOST
http.port: $2
transport.port: $(free_port)
path.home: $INSTALLED
path.data: $1/data
path.logs: $1/logs
cluster.routing.allocation.disk.threshold_enabled: false
CONF
  launch "$1" "$java" "${JVM_FLAGS[@]}" -Djava.io.tmpdir="$1/tmp" \
    --enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.apache.lucene.core \
    --module-path "$INSTALLED/lib" --add-modules=jdk.net,jdk.management.agent,ALL-MODULE-PATH \
    -cp "$INSTALLED/classes" StartNode "$1/config"
}

endpoint() { echo "http://$HOST:$1"; }
is_ready() { http_ok "http://$HOST:$2/_cluster/health?wait_for_status=yellow&timeout=1s"; }
