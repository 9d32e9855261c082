# shellcheck shell=bash
# OpenSearch from Maven Central's server jars, without the security plugin. The jars of its modules are published
# without the descriptors that the server looks for, so those are written here.
VERSION=3.8.0

# folder artifact class [module that it extends]
MODULES='
transport-netty4 transport-netty4-client transport.Netty4ModulePlugin
lang-painless lang-painless painless.PainlessModulePlugin
analysis-common analysis-common analysis.common.CommonAnalysisModulePlugin lang-painless
mapper-extras mapper-extras-client index.mapper.MapperExtrasModulePlugin
ingest-common ingest-common ingest.common.IngestCommonModulePlugin lang-painless
reindex reindex-client index.reindex.ReindexModulePlugin'

fetch() {
  local name artifact class extends dir log4j
  maven "$1/lib" "org.opensearch:opensearch:$VERSION" "org.opensearch:opensearch-plugin-classloader:$VERSION"
  maven "$1/agent" "org.opensearch:opensearch-agent:$VERSION"
  # The server does not declare that it needs log4j-core: take that of its log4j-api.
  log4j=$(basename "$1"/lib/log4j-api-*.jar .jar)
  maven "$1/lib" "org.apache.logging.log4j:log4j-core:${log4j#log4j-api-}"
  while read -r name artifact class extends; do
    [ -n "$name" ] || continue
    dir=$1/modules/$name
    maven "$dir" "org.opensearch.plugin:$artifact:$VERSION"
    without_jars_of "$1/lib" "$dir"
    printf '%s\n' name="$name" description="$name" version="$VERSION" opensearch.version="$VERSION" java.version=21 \
      classname="org.opensearch.$class" ${extends:+extended.plugins="$extends"} >"$dir/plugin-descriptor.properties"
    echo 'grant { permission java.security.AllPermission; };' >"$dir/plugin-security.policy"
  done <<<"$MODULES"
}

run() {
  local java
  java=$(java 21 jdk.localedata jdk.incubator.vector)
  mkdir -p "$1/config" "$1/tmp"
  cat >"$1/config/opensearch.yml" <<CONF
cluster.name: codeagent-tests
discovery.type: single-node
network.host: $HOST
http.port: $2
transport.port: $(free_port)
path.data: $1/data
path.logs: $1/logs
cluster.routing.allocation.disk.threshold_enabled: false
CONF
  log_to_console "$1/config/log4j2.properties"
  # Without the native part of JNA it neither locks memory nor refuses to run as root.
  launch "$1" "$java" "${JVM_FLAGS[@]}" -Djava.io.tmpdir="$1/tmp" -Djna.nosys=true -Djna.noclasspath=true \
    -Dopensearch.path.home="$INSTALLED" -Dopensearch.path.conf="$1/config" -Dopensearch.distribution.type=tar \
    -Dio.netty.noUnsafe=true -Dlog4j2.disable.jmx=true --add-modules=jdk.incubator.vector \
    -javaagent:"$(echo "$INSTALLED"/agent/opensearch-agent-[0-9]*.jar)" \
    -cp "$INSTALLED/lib/*" org.opensearch.bootstrap.OpenSearch
}

endpoint() { echo "http://$HOST:$1"; }
is_ready() { http_ok "http://$HOST:$2/_cluster/health?wait_for_status=yellow&timeout=1s"; }
