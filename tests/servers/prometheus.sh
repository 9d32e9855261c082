# shellcheck shell=bash
# Prometheus, built from its Go module. The module has no web pages: only the API answers.
VERSION=3.15.0

fetch() {
  # Release 3.N.P is v0.(300+N).P for Go.
  local minor patch module=github.com/prometheus/prometheus source
  IFS=. read -r _ minor patch <<<"$VERSION"
  source=$(go mod download -json "$module@v0.$((300 + minor)).$patch" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  # Built from a copy of the module itself: its go.mod has lines that `go install module@version` refuses.
  cp -r "$source" "$1/source"
  chmod -R u+w "$1/source"
  (
    cd "$1/source"
    # Without the clients of two dozen clouds it builds in a quarter of the time.
    GOWORK=off CGO_ENABLED=0 nice -n 10 go build -buildvcs=false -trimpath -tags netgo,remove_all_sd \
      -ldflags "-s -w -X github.com/prometheus/common/version.Version=$VERSION" -o "$1/prometheus" ./cmd/prometheus
  )
  rm -r "$1/source"
}

run() {
  cat >"$1/prometheus.yml" <<'CONF'
global: {scrape_interval: 1s, evaluation_interval: 1s}
storage: {tsdb: {out_of_order_time_window: 30m}}
CONF
  launch "$1" "$INSTALLED/prometheus" --config.file="$1/prometheus.yml" --storage.tsdb.path="$1/data" \
    --web.listen-address="$HOST:$2" --web.enable-remote-write-receiver \
    --enable-feature=exemplar-storage,metadata-wal-records
}

endpoint() { echo "http://$HOST:$1"; }
is_ready() { http_ok "http://$HOST:$2/-/ready"; }
