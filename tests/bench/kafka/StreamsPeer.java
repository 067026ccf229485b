// The workloads of the benchmark in Kafka Streams: it processes N input records, closes (which flushes and commits) and ends.
//   java StreamsPeer WORKLOAD BOOTSTRAP INPUT USERS OUTPUT at_least_once|exactly_once_v2 STATE-DIR N

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.ForeachAction;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.TimeWindows;

public class StreamsPeer {
  static final ObjectMapper MAPPER = new ObjectMapper();

  static Serde<JsonNode> json() {
    return Serdes.serdeFrom(
        (topic, value) -> {
          try {
            return value == null ? null : MAPPER.writeValueAsBytes(value);
          } catch (Exception e) {
            throw new RuntimeException(e);
          }
        },
        (topic, bytes) -> {
          try {
            return bytes == null ? null : MAPPER.readTree(bytes);
          } catch (Exception e) {
            throw new RuntimeException(e);
          }
        });
  }

  public static void main(String[] args) throws Exception {
    String workload = args[0], input = args[2], users = args[3], output = args[4];
    long wanted = Long.parseLong(args[7]);
    Properties config = new Properties();
    config.put("application.id", "peer-" + workload + "-" + System.nanoTime());
    config.put("bootstrap.servers", args[1]);
    config.put("processing.guarantee", args[5]);
    config.put("state.dir", args[6]);
    config.put("auto.offset.reset", "earliest");
    config.put("replication.factor", 1);

    AtomicLong seen = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    ForeachAction<Object, Object> count = (key, value) -> {
      if (seen.incrementAndGet() == wanted) done.countDown();
    };
    Serde<String> text = Serdes.String();
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, JsonNode> clicks = builder.stream(input, Consumed.with(text, json()));
    if (workload.equals("filter")) {
      clicks.peek(count)
          .filter((key, value) -> value.get("event_type").asText().equals("page_view"))
          .mapValues(value -> (JsonNode) pick(value, "user", "page"))
          .to(output, Produced.with(text, json()));
    } else if (workload.equals("join")) {
      clicks.peek(count)
          .join(builder.table(users, Consumed.with(text, json())), (click, user) -> {
            ObjectNode row = pick(click, "user", "page", "price");
            row.set("name", user.get("name"));
            row.set("tier", user.get("tier"));
            return (JsonNode) row;
          })
          .to(output, Produced.with(text, json()));
    } else {
      KGroupedStream<String, String> grouped =
          clicks.map((key, value) -> KeyValue.pair(value.get("page").asText(), ""))
              .repartition(Repartitioned.with(text, text))
              .peek(count)
              .groupByKey();
      if (workload.equals("count")) {
        grouped.count().toStream()
            .mapValues((page, n) -> (JsonNode) MAPPER.createObjectNode().put("page", page).put("count", n))
            .to(output, Produced.with(text, json()));
      } else {
        grouped.windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofSeconds(10)))
            .count().toStream()
            .map((key, n) -> KeyValue.pair(key.key(), (JsonNode) MAPPER.createObjectNode()
                .put("page", key.key()).put("window_start", key.window().start()).put("count", n)))
            .to(output, Produced.with(text, json()));
      }
    }
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
    streams.start();
    done.await();
    streams.close(Duration.ofSeconds(60));
    System.exit(0);
  }

  static ObjectNode pick(JsonNode value, String... names) {
    ObjectNode picked = MAPPER.createObjectNode();
    for (String name : names) picked.set(name, value.get(name));
    return picked;
  }
}
