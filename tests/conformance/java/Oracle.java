// What Kafka Streams does with a case: reads one case per line from standard input (JSON, see ../cases.ts), runs it through
// TopologyTestDriver, writes one line with the records that reached its sinks.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Aggregator;
import org.apache.kafka.streams.kstream.CogroupedKStream;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Initializer;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.KeyValueMapper;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Merger;
import org.apache.kafka.streams.kstream.Predicate;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.UnlimitedWindows;
import org.apache.kafka.streams.kstream.ValueJoiner;
import org.apache.kafka.streams.kstream.ValueMapper;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.kstream.internals.KTableImpl;
import org.apache.kafka.streams.state.BuiltInDslStoreSuppliers;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;

// Keys are texts, or windowed texts behind a windowed aggregate; which, the case decides, so the compiler does not know.
@SuppressWarnings({"unchecked", "rawtypes"})
public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Serde<String> TEXT = Serdes.String();
    private static final Serde<String> VALUE = new JsonText();
    /** Between the parts of a windowed key on the way to its topic. */
    private static final String PART = "\u0001";

    /** Texts as JSON, which is what values are in ks: as long, and never without a byte. */
    public static final class JsonText extends Serdes.WrapperSerde<String> {
        public JsonText() {
            super(
                (topic, text) -> text == null ? null : quoted(text),
                (topic, bytes) -> bytes == null ? null : unquoted(bytes));
        }

        private static byte[] quoted(String text) {
            try {
                return JSON.writeValueAsBytes(text);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }

        private static String unquoted(byte[] json) {
            try {
                return JSON.readValue(json, String.class);
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // so that nothing that is logged gets between the answers
        Path state = Path.of(args[0]);
        BufferedReader cases = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = cases.readLine(); line != null; line = cases.readLine()) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                run(JSON.readTree(line), state, answer);
            } catch (Exception | Error error) {
                answer.removeAll();
                answer.put("error", describe(error));
            }
            answers.println(JSON.writeValueAsString(answer));
            answers.flush();
        }
    }

    private static String describe(Throwable error) {
        StringBuilder text = new StringBuilder(error.toString());
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) text.append(" < ").append(cause);
        return text.toString();
    }

    private static void run(JsonNode testCase, Path state, ObjectNode answer) throws Exception {
        Oracle oracle = new Oracle();
        for (JsonNode op : testCase.get("topology")) oracle.add(op);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "oracle");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
        config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, JsonText.class);
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        // Otherwise results that are due wait for a second of the wall clock, which stands still here.
        config.put("__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", 0L);
        config.put("__emit.interval.ms.kstreams.windowed.aggregation__", 0L);
        if (!text(testCase, "stores", "memory").equals("rocksdb")) {
            config.put(
                StreamsConfig.DSL_STORE_SUPPLIERS_CLASS_CONFIG, BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers.class);
        }
        Map<String, List<ObjectNode>> outputs = new LinkedHashMap<>();
        for (String topic : oracle.sinks) outputs.put(topic, new ArrayList<>());
        TopologyTestDriver driver = new TopologyTestDriver(oracle.builder.build(config), config, Instant.EPOCH);
        try {
            Map<String, TestInputTopic<String, String>> inputs = new HashMap<>();
            Map<String, TestOutputTopic<String, String>> sinks = new HashMap<>();
            for (String topic : oracle.sinks) {
                sinks.put(topic, driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer()));
            }
            int position = 0;
            for (JsonNode input : testCase.get("inputs")) {
                TestInputTopic<String, String> topic = inputs.computeIfAbsent(
                    input.get("topic").asText(),
                    name -> driver.createInputTopic(name, new StringSerializer(), VALUE.serializer()));
                try {
                    topic.pipeInput(new TestRecord<>(
                        text(input, "key", null), text(input, "value", null), positionHeader(position), input.get("ts").asLong()));
                } catch (Exception error) {
                    if (!describe(error).contains("buffer exceeded its max capacity")) throw error;
                    answer.put("full", position);
                    break;
                }
                position++;
                for (String name : oracle.sinks) {
                    sinks.get(name).readRecordsToList().forEach(record -> outputs.get(name).add(output(name, record)));
                }
            }
        } finally {
            try {
                driver.close();
            } catch (Exception error) {
                // What has failed fails again when it is closed.
                if (!answer.has("full")) throw error;
            }
            delete(state.resolve("oracle"));
        }
        ArrayNode all = answer.putArray("outputs");
        for (List<ObjectNode> ofTopic : outputs.values()) ofTopic.forEach(all::add);
    }

    private static void delete(Path folder) throws Exception {
        if (!Files.exists(folder)) return;
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) Files.delete(path);
        }
    }

    private static ObjectNode output(String topic, TestRecord<String, String> record) {
        ObjectNode output = JSON.createObjectNode();
        output.put("topic", topic);
        String[] parts = record.key() == null ? new String[] {null} : record.key().split(PART, -1);
        output.put("key", parts[0]);
        if (parts.length > 1) {
            output.set("window", JSON.createObjectNode().put("start", Long.parseLong(parts[1])).put("end", Long.parseLong(parts[2])));
        }
        output.put("value", record.value());
        output.put("ts", record.timestamp());
        StringBuilder positions = new StringBuilder();
        for (Header header : record.headers()) {
            positions.append(positions.isEmpty() ? "" : ",").append(new String(header.value(), StandardCharsets.UTF_8));
        }
        output.put("n", positions.toString());
        return output;
    }

    private static Headers positionHeader(int position) {
        return new RecordHeaders().add("n", Integer.toString(position).getBytes(StandardCharsets.UTF_8));
    }

    private final StreamsBuilder builder = new StreamsBuilder();
    private final Map<String, Object> nodes = new HashMap<>();
    private final List<String> sinks = new ArrayList<>();

    private KStream stream(JsonNode op, String role) {
        return (KStream) nodes.get(op.get(role).asText());
    }

    private KTable table(JsonNode op, String role) {
        return (KTable) nodes.get(op.get(role).asText());
    }

    private void add(JsonNode op) {
        if (op.get("op").asText().equals("to")) addSink(op);
        else nodes.put(op.get("id").asText(), make(op));
    }

    private void addSink(JsonNode op) {
        String topic = op.get("topic").asText();
        sinks.add(topic);
        Object from = nodes.get(op.get("from").asText());
        KStream<Object, String> stream = from instanceof KTable ? ((KTable<Object, String>) from).toStream() : (KStream<Object, String>) from;
        stream.selectKey((key, value) -> keyText(key)).to(topic, Produced.with(TEXT, TEXT));
    }

    private static String keyText(Object key) {
        if (!(key instanceof Windowed)) return (String) key;
        Windowed<String> windowed = (Windowed<String>) key;
        return windowed.key() + PART + windowed.window().start() + PART + windowed.window().end();
    }

    private Object make(JsonNode op) {
        switch (op.get("op").asText()) {
            case "stream":
                return builder.stream(op.get("topic").asText(), Consumed.with(TEXT, VALUE));
            case "table":
                if (op.has("history")) {
                    return builder.table(
                        op.get("topic").asText(),
                        Consumed.with(TEXT, VALUE),
                        Materialized.<String, String>as(
                                Stores.persistentVersionedKeyValueStore(op.get("id").asText() + "-rows", ms(op, "history")))
                            .withKeySerde(TEXT)
                            .withValueSerde(VALUE));
                }
                return builder.table(op.get("topic").asText(), Consumed.with(TEXT, VALUE));
            case "filter": {
                Predicate<Object, String> contains = (key, value) -> value != null && value.contains(op.get("contains").asText());
                return isTable(op) ? withOldValues(table(op, "from").filter(contains)) : stream(op, "from").filter(contains);
            }
            case "mapValues": {
                ValueMapper<String, String> append = value -> value == null ? null : value + op.get("append").asText();
                return isTable(op) ? table(op, "from").mapValues(append) : stream(op, "from").mapValues(append);
            }
            case "flatMapValues": {
                ValueMapper<String, Iterable<String>> characters = value -> value == null || value.isEmpty() ? List.of() : List.of(value.split(""));
                return stream(op, "from").flatMapValues(characters);
            }
            case "selectKey":
                return ((KStream<Object, String>) stream(op, "from")).selectKey((key, value) -> first(value));
            case "merge":
                return stream(op, "from").merge(stream(op, "with"));
            case "toTable":
                return stream(op, "from").toTable(Materialized.with(TEXT, VALUE));
            case "toStream":
                return table(op, "from").toStream();
            case "aggregate":
                return aggregate(op);
            case "cogroup":
                return cogroup(op);
            case "tableAggregate":
                return ((KTable<Object, String>) table(op, "from"))
                    .groupBy((key, value) -> KeyValue.pair(first(value), value), Grouped.with(TEXT, VALUE))
                    .aggregate(initial(), adder(op), subtractor(op), stored());
            case "streamJoin":
                return joinStreams(op);
            case "tableJoin": {
                KStream left = stream(op, "left");
                KTable right = table(op, "right");
                Joined<String, String, String> serdes = Joined.with(TEXT, VALUE, VALUE);
                if (op.has("grace")) serdes = serdes.withGracePeriod(ms(op, "grace"));
                return isKind(op, "inner") ? left.join(right, joiner(), serdes) : left.leftJoin(right, joiner(), serdes);
            }
            case "globalJoin": {
                KStream<String, String> from = stream(op, "from");
                GlobalKTable<String, String> table = builder.globalTable(op.get("topic").asText(), Consumed.with(TEXT, VALUE));
                KeyValueMapper<String, String, String> keyOf =
                    op.get("by").asText().equals("first") ? (key, value) -> first(value) : (key, value) -> key;
                return isKind(op, "inner") ? from.join(table, keyOf, joiner()) : from.leftJoin(table, keyOf, joiner());
            }
            case "tableTableJoin": {
                KTable left = table(op, "left");
                KTable right = table(op, "right");
                if (isKind(op, "inner")) return left.join(right, joiner());
                return isKind(op, "left") ? left.leftJoin(right, joiner()) : left.outerJoin(right, joiner());
            }
            case "foreignKeyJoin": {
                KTable<String, String> left = table(op, "left");
                KTable<String, String> right = table(op, "right");
                Function<String, String> foreignKey = value -> value.isEmpty() || value.endsWith("z") ? null : foreignKey(value.substring(value.length() - 1));
                Materialized<String, String, KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>> results = stored();
                return isKind(op, "inner")
                    ? left.join(right, foreignKey, joiner(), results)
                    : left.leftJoin(right, foreignKey, joiner(), results);
            }
            case "suppress": {
                KTable from = table(op, "from");
                if (op.get("until").asText().equals("close")) return from.suppress(Suppressed.untilWindowCloses(strictBuffer(op)));
                Suppressed.BufferConfig<?> buffer = text(op, "whenFull", "fail").equals("fail") ? strictBuffer(op) : eagerBuffer(op);
                return from.suppress(Suppressed.untilTimeLimit(ms(op, "ms"), buffer));
            }
            default:
                throw new IllegalArgumentException("no such op: " + op);
        }
    }

    private static Suppressed.StrictBufferConfig strictBuffer(JsonNode op) {
        return op.has("whenFull") ? eagerBuffer(op).shutDownWhenFull() : Suppressed.BufferConfig.unbounded();
    }

    private static Suppressed.EagerBufferConfig eagerBuffer(JsonNode op) {
        if (!op.has("rows")) return Suppressed.BufferConfig.maxBytes(op.get("bytes").asLong());
        Suppressed.EagerBufferConfig buffer = Suppressed.BufferConfig.maxRecords(op.get("rows").asLong());
        return op.has("bytes") ? buffer.withMaxBytes(op.get("bytes").asLong()) : buffer;
    }

    private Object aggregate(JsonNode op) {
        KStream<Object, String> from = stream(op, "from");
        Grouped<String, String> serdes = Grouped.with(TEXT, VALUE);
        KGroupedStream<String, String> grouped = op.get("by").asText().equals("first")
            ? from.groupBy((key, value) -> first(value), serdes)
            : ((KStream<String, String>) (KStream) from).groupByKey(serdes);
        JsonNode window = op.get("window");
        if (window == null || window.isNull()) return grouped.aggregate(initial(), adder(op), stored());
        EmitStrategy emit = text(op, "emit", "changes").equals("final") ? EmitStrategy.onWindowClose() : EmitStrategy.onWindowUpdate();
        switch (window.get("type").asText()) {
            case "time":
                return grouped
                    .windowedBy(TimeWindows.ofSizeAndGrace(ms(window, "size"), ms(window, "grace")).advanceBy(ms(window, "advance")))
                    .emitStrategy(emit)
                    .aggregate(initial(), adder(op), (Materialized) keptFor(emit));
            case "session":
                return grouped
                    .windowedBy(SessionWindows.ofInactivityGapAndGrace(ms(window, "gap"), ms(window, "grace")))
                    .emitStrategy(emit)
                    .aggregate(initial(), adder(op), merger(op), (Materialized) stored());
            case "sliding":
                return grouped
                    .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(ms(window, "difference"), ms(window, "grace")))
                    .emitStrategy(emit)
                    .aggregate(initial(), adder(op), (Materialized) keptFor(emit));
            case "unlimited":
                return grouped.windowedBy(unlimited(window)).aggregate(initial(), adder(op), (Materialized) stored());
            default:
                throw new IllegalArgumentException("no such window: " + window);
        }
    }

    private Object cogroup(JsonNode op) {
        CogroupedKStream<String, String> all = null;
        int position = 0;
        for (JsonNode input : op.get("inputs")) {
            KStream<Object, String> from = stream(input, "from");
            // Several repartitions of one cogroup need names.
            Grouped<String, String> grouping = Grouped.with(op.get("id").asText() + position, TEXT, VALUE);
            KGroupedStream<String, String> grouped = input.get("by").asText().equals("first")
                ? from.groupBy((key, value) -> first(value), grouping)
                : ((KStream<String, String>) (KStream) from).groupByKey(grouping);
            String mark = Integer.toString(position++);
            Aggregator<String, String, String> adder = (key, value, aggregate) -> orEmpty(aggregate) + mark + (value == null ? "~" : value);
            all = all == null ? grouped.cogroup(adder) : all.cogroup(grouped, adder);
        }
        JsonNode window = op.get("window");
        if (window == null || window.isNull()) return all.aggregate(initial(), stored());
        switch (window.get("type").asText()) {
            case "time":
                return all
                    .windowedBy(TimeWindows.ofSizeAndGrace(ms(window, "size"), ms(window, "grace")).advanceBy(ms(window, "advance")))
                    .aggregate(initial(), (Materialized) stored());
            case "session":
                return all
                    .windowedBy(SessionWindows.ofInactivityGapAndGrace(ms(window, "gap"), ms(window, "grace")))
                    .aggregate(initial(), (key, one, two) -> orEmpty(one) + "|" + orEmpty(two), (Materialized) stored());
            case "unlimited":
                return all.windowedBy(unlimited(window)).aggregate(initial(), (Materialized) stored());
            default:
                return all
                    .windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(ms(window, "difference"), ms(window, "grace")))
                    .aggregate(initial(), (Materialized) stored());
        }
    }

    private static UnlimitedWindows unlimited(JsonNode window) {
        return UnlimitedWindows.of().startOn(Instant.ofEpochMilli(window.get("start").asLong()));
    }

    private Object joinStreams(JsonNode op) {
        long before = op.get("before").asLong();
        long after = op.get("after").asLong();
        // The builder checks after each step that the window is not empty.
        Duration widest = Duration.ofMillis(Math.max(Math.abs(before), Math.abs(after)));
        JoinWindows windows = JoinWindows.ofTimeDifferenceAndGrace(widest, ms(op, "grace"))
            .before(Duration.ofMillis(before))
            .after(Duration.ofMillis(after));
        KStream left = stream(op, "left");
        KStream right = stream(op, "right");
        StreamJoined<String, String, String> serdes = StreamJoined.with(TEXT, VALUE, VALUE);
        if (isKind(op, "inner")) return left.join(right, joiner(), windows, serdes);
        return isKind(op, "left") ? left.leftJoin(right, joiner(), windows, serdes) : left.outerJoin(right, joiner(), windows, serdes);
    }

    private static Materialized<String, String, KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>> stored() {
        return Materialized.with(TEXT, VALUE);
    }

    // With the default retention the record that closes a window can also be the one with which it expires, before it is emitted;
    // ks emits all windows (see ../differences.ts). A record that is late by more than grace - 2 may then find sliding windows that
    // it would not find otherwise; the generator makes none.
    private static Materialized<String, String, ?> keptFor(EmitStrategy emit) {
        return emit.type() == EmitStrategy.StrategyType.ON_WINDOW_CLOSE ? stored().withRetention(Duration.ofDays(1)) : stored();
    }

    // ks always knows whether a row had passed the filter before (see ../differences.ts); Kafka Streams only if something behind
    // the filter needs old values.
    private static KTable withOldValues(KTable table) {
        ((KTableImpl) table).enableSendingOldValues(true);
        return table;
    }

    private static ValueJoiner<String, String, String> joiner() {
        return (left, right) -> left + "+" + right;
    }

    private static String first(String value) {
        return value == null ? "n" : value.isEmpty() ? "" : value.substring(0, 1);
    }

    private static String foreignKey(String last) {
        return last.equals("x") ? "a" : last.equals("y") ? "b" : last;
    }

    private static boolean counts(JsonNode op) {
        return op.get("fn").asText().equals("count");
    }

    // A count is written as `c3`, so that keys that are made of its first character are letters like all others.
    private static long counted(String aggregate) {
        return aggregate == null ? 0 : Long.parseLong(aggregate.substring(1));
    }

    // Null stands for the initial aggregate: what the initializer returns, Kafka Streams sends to a regrouped table as the old
    // value of a row that there was not (see ../differences.ts).
    private static Initializer<String> initial() {
        return () -> null;
    }

    private static String orEmpty(String aggregate) {
        return aggregate == null ? "" : aggregate;
    }

    private static Aggregator<String, String, String> adder(JsonNode op) {
        if (counts(op)) return (key, value, aggregate) -> "c" + (counted(aggregate) + 1);
        boolean vanishes = op.get("fn").asText().equals("vanish");
        return (key, value, aggregate) ->
            vanishes && value != null && value.contains("z") ? null : orEmpty(aggregate) + (value == null ? "~" : value);
    }

    private static Aggregator<String, String, String> subtractor(JsonNode op) {
        if (counts(op)) return (key, value, aggregate) -> "c" + (counted(aggregate) - 1);
        return (key, value, aggregate) -> aggregate + "-" + value;
    }

    private static Merger<String, String> merger(JsonNode op) {
        if (counts(op)) return (key, one, two) -> "c" + (counted(one) + counted(two));
        return (key, one, two) -> orEmpty(one) + "|" + orEmpty(two);
    }

    private boolean isTable(JsonNode op) {
        return nodes.get(op.get("from").asText()) instanceof KTable;
    }

    private static boolean isKind(JsonNode op, String kind) {
        return op.get("kind").asText().equals(kind);
    }

    private static Duration ms(JsonNode node, String name) {
        return Duration.ofMillis(node.get(name).asLong());
    }

    private static String text(JsonNode node, String name, String missing) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? missing : value.asText();
    }
}
