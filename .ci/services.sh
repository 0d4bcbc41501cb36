# Real Redis, Apache Kafka and Stripe's mock of its API for the tests: installs what is missing, starts them on free ports of
# 127.0.0.1, exports REDIS_URL, KAFKA_BROKERS and STRIPE_MOCK_URL, and stops them by pid. Sourced by .ci/run; `set -euo pipefail` is expected.

KAFKA_VERSION=4.4.0
# Outlives a run, so that the broker is brought once; ignored by git.
KAFKA_HOME="$PWD/.cache/kafka-$KAFKA_VERSION"
SERVICES_DIR=""
SERVICE_PIDS=()

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Stripe's own mock answers by its description of the API: requests that do not fit it are refused.
STRIPE_MOCK_VERSION=v0.203.0
STRIPE_MOCK="$PWD/.cache/bin/stripe-mock"

# apt_for <command> <packages…>: installs the packages when the command is not there.
apt_for() {
  local command=$1
  shift
  if command -v "$command" > /dev/null; then return; fi
  echo "Installing $* …"
  as_root apt-get update -qq
  # The packages' own services must not start: the tests start their own.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

install_services() {
  install_stripe_mock
  apt_for redis-server redis-server
  apt_for java openjdk-17-jre-headless
  if [ -e "$KAFKA_HOME/complete" ]; then return; fi
  apt_for mvn maven
  echo "Bringing Apache Kafka $KAFKA_VERSION …"
  mkdir -p "$KAFKA_HOME"
  cat > "$KAFKA_HOME/pom.xml" << XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>switchyard</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$KAFKA_VERSION</version></dependency>
  </dependencies>
</project>
XML
  mvn -q -B -f "$KAFKA_HOME/pom.xml" dependency:copy-dependencies -DoutputDirectory="$KAFKA_HOME/lib"
  touch "$KAFKA_HOME/complete"
}

install_stripe_mock() {
  if [ -x "$STRIPE_MOCK" ]; then return; fi
  apt_for go golang-go
  echo "Building stripe-mock …"
  GOBIN="$(dirname "$STRIPE_MOCK")" go install "github.com/stripe/stripe-mock@$STRIPE_MOCK_VERSION" > /dev/null 2>&1
}

# Ports that were free a moment ago, all different.
free_ports() {
  node -e '
    const servers = Array.from({ length: Number(process.argv[1]) }, () => require("node:net").createServer().listen(0, "127.0.0.1"));
    let left = servers.length;
    for (const server of servers) server.once("listening", () => {
      if (--left > 0) return;
      console.log(servers.map((each) => each.address().port).join(" "));
      for (const each of servers) each.close();
    });' "$1"
}

# wait_for <name> <port> <pid> <log>: until the port accepts connections; fails when the process has ended, or after 60 s.
wait_for() {
  for _ in $(seq 300); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$2") 2> /dev/null; then return; fi
    if ! kill -0 "$3" 2> /dev/null; then break; fi
    sleep 0.2
  done
  echo "$1 did not start:" >&2
  tail -n 20 "$4" >&2
  return 1
}

start_services() {
  local redis_port kafka_port controller_port stripe_port
  SERVICES_DIR=$(mktemp -d)
  read -r redis_port kafka_port controller_port stripe_port <<< "$(free_ports 4)"

  redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$SERVICES_DIR" > "$SERVICES_DIR/redis.log" 2>&1 &
  local redis_pid=$!
  SERVICE_PIDS+=("$redis_pid")

  # Both, or it takes a port of its own for HTTPS, on every address.
  "$STRIPE_MOCK" -http-addr "127.0.0.1:$stripe_port" -https-addr 127.0.0.1:0 > "$SERVICES_DIR/stripe-mock.log" 2>&1 &
  local stripe_pid=$!
  SERVICE_PIDS+=("$stripe_pid")

  cat > "$SERVICES_DIR/kafka.properties" << PROPERTIES
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$kafka_port
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:$controller_port
log.dirs=$SERVICES_DIR/kafka
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
min.insync.replicas=1
default.replication.factor=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
PROPERTIES
  # Any cluster id will do: 16 bytes in base64.
  java -cp "$KAFKA_HOME/lib/*" kafka.tools.StorageTool format --standalone -t 'c3dpdGNoeWFyZC10ZXN0cw' \
    -c "$SERVICES_DIR/kafka.properties" > "$SERVICES_DIR/kafka.log" 2>&1 || { cat "$SERVICES_DIR/kafka.log" >&2; return 1; }
  java -Xmx512m -cp "$KAFKA_HOME/lib/*" kafka.Kafka "$SERVICES_DIR/kafka.properties" >> "$SERVICES_DIR/kafka.log" 2>&1 &
  local kafka_pid=$!
  SERVICE_PIDS+=("$kafka_pid")

  wait_for Redis "$redis_port" "$redis_pid" "$SERVICES_DIR/redis.log"
  wait_for stripe-mock "$stripe_port" "$stripe_pid" "$SERVICES_DIR/stripe-mock.log"
  wait_for 'Apache Kafka' "$kafka_port" "$kafka_pid" "$SERVICES_DIR/kafka.log"
  export REDIS_URL="redis://127.0.0.1:$redis_port" KAFKA_BROKERS="127.0.0.1:$kafka_port"
  export STRIPE_MOCK_URL="http://127.0.0.1:$stripe_port"
  echo "Redis: $REDIS_URL, Apache Kafka: $KAFKA_BROKERS, Stripe's mock: $STRIPE_MOCK_URL"
}

stop_services() {
  local pid
  for pid in "${SERVICE_PIDS[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${SERVICE_PIDS[@]}"; do wait "$pid" 2> /dev/null || true; done
  SERVICE_PIDS=()
  if [ -n "$SERVICES_DIR" ]; then rm -rf "$SERVICES_DIR"; fi
}
