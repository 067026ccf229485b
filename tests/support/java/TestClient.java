// Kafka's own Java clients for tests, so that what ks writes is read, and what it reads is written, by an independent
// implementation. One JSON request a line on standard input, {"id", "op", "bootstrap", ...}; one answer a line on standard
// output, {"id", "result"} or {"id", "error", "message"}, in any order: each request has a thread of its own.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DeleteTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class TestClient {
    private static final ObjectMapper json = new ObjectMapper();
    private static final Map<String, Admin> admins = new ConcurrentHashMap<>();
    /** Producers with an open transaction, by bootstrap address and transactional id. */
    private static final Map<String, KafkaProducer<byte[], byte[]>> open = new ConcurrentHashMap<>();
    private static final PrintStream out = System.out;

    public static void main(String[] args) throws Exception {
        System.setOut(System.err);
        ExecutorService threads = Executors.newCachedThreadPool();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = json.readTree(line);
            threads.execute(() -> answer(request));
        }
        Runtime.getRuntime().halt(0); // the parent is gone
    }

    private static void answer(JsonNode request) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", request.get("id").asLong());
        try {
            answer.put("result", run(request));
        } catch (Throwable thrown) {
            Throwable error = thrown instanceof ExecutionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            answer.put("error", error.getClass().getSimpleName());
            answer.put("message", String.valueOf(error.getMessage()));
        }
        try {
            byte[] line = (json.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8);
            synchronized (out) {
                out.write(line, 0, line.length);
                out.flush();
            }
        } catch (Exception error) {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static Object run(JsonNode request) throws Exception {
        String op = request.get("op").asText();
        return switch (op) {
            case "createTopic" -> createTopic(request);
            case "deleteTopic" -> deleteTopic(request);
            case "describeTopic" -> describeTopic(request);
            case "topicConfigs" -> topicConfigs(request);
            case "topics" -> admin(request).listTopics().names().get();
            case "deleteRecords" -> deleteRecords(request);
            case "endOffsets" -> offsets(request, OffsetSpec.latest());
            case "beginningOffsets" -> offsets(request, OffsetSpec.earliest());
            case "produce" -> produce(request);
            case "endTransaction" -> endTransaction(request);
            case "consume" -> consume(request);
            case "groups" -> admin(request).listGroups().all().get().stream().map(group -> group.groupId()).toList();
            case "group" -> group(request);
            case "deleteGroup" -> admin(request).deleteConsumerGroups(List.of(text(request, "group"))).all().get();
            case "committedOffsets" -> committedOffsets(request);
            case "commitOffsets" -> commitOffsets(request);
            case "transactions" -> transactions(request);
            default -> throw new IllegalArgumentException("unknown operation " + op);
        };
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).asText();
    }

    private static boolean flag(JsonNode node, String name) {
        return node.path(name).asBoolean(false);
    }

    private static Properties clientProperties(JsonNode request) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", text(request, "bootstrap"));
        request.path("client").properties().forEach(field -> properties.put(field.getKey(), field.getValue().asText()));
        return properties;
    }

    private static Admin admin(JsonNode request) {
        Properties properties = clientProperties(request);
        return admins.computeIfAbsent(properties.toString(), key -> Admin.create(properties));
    }

    // Topics

    private static Object createTopic(JsonNode request) throws Exception {
        NewTopic topic = new NewTopic(text(request, "topic"), Optional.of(request.get("partitions").asInt()), Optional.empty());
        Map<String, String> configs = new HashMap<>();
        request.path("configs").properties().forEach(field -> configs.put(field.getKey(), field.getValue().asText()));
        admin(request).createTopics(List.of(topic.configs(configs))).all().get();
        // The broker answers before every node knows the topic: wait for leaders, so that tests need not.
        for (int tries = 0; ; tries++) {
            try {
                TopicDescription description = describe(request);
                if (description.partitions().stream().allMatch(partition -> partition.leader() != null)) return null;
            } catch (ExecutionException error) {
                if (tries > 200) throw error;
            }
            if (tries > 200) throw new IllegalStateException("no leaders for " + topic.name());
            Thread.sleep(20);
        }
    }

    private static Object deleteTopic(JsonNode request) throws Exception {
        admin(request).deleteTopics(List.of(text(request, "topic")), new DeleteTopicsOptions()).all().get();
        return null;
    }

    private static TopicDescription describe(JsonNode request) throws Exception {
        String topic = text(request, "topic");
        return admin(request).describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }

    private static Object describeTopic(JsonNode request) throws Exception {
        List<Object> partitions = new ArrayList<>();
        for (TopicPartitionInfo partition : describe(request).partitions()) {
            partitions.add(Map.of(
                "partition", partition.partition(),
                "leader", partition.leader() == null ? -1 : partition.leader().id(),
                "replicas", partition.replicas().stream().map(Node::id).toList(),
                "isr", partition.isr().stream().map(Node::id).toList()));
        }
        return partitions;
    }

    private static Object topicConfigs(JsonNode request) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, text(request, "topic"));
        Map<String, String> configs = new HashMap<>();
        admin(request).describeConfigs(List.of(resource)).all().get().get(resource).entries()
            .forEach(entry -> configs.put(entry.name(), entry.value()));
        return configs;
    }

    private static Object deleteRecords(JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(text(request, "topic"), request.get("partition").asInt());
        admin(request).deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(request.get("beforeOffset").asLong())))
            .all().get();
        return null;
    }

    private static List<TopicPartition> partitionsOf(JsonNode request) throws Exception {
        String topic = text(request, "topic");
        return describe(request).partitions().stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    }

    private static IsolationLevel isolation(JsonNode request) {
        return request.path("committed").asBoolean(true) ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
    }

    private static Object offsets(JsonNode request, OffsetSpec spec) throws Exception {
        List<TopicPartition> partitions = partitionsOf(request);
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, spec));
        Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> found =
            admin(request).listOffsets(specs, new ListOffsetsOptions(isolation(request))).all().get();
        return partitions.stream().map(partition -> found.get(partition).offset()).toList();
    }

    // Records. Text is UTF-8, or base64 if the request says {"encoding":"base64"}.

    private static byte[] bytes(JsonNode request, JsonNode value) {
        if (value == null || value.isNull()) return null;
        boolean isBase64 = request.path("encoding").asText().equals("base64");
        return isBase64 ? Base64.getDecoder().decode(value.asText()) : value.asText().getBytes(StandardCharsets.UTF_8);
    }

    private static String text(boolean isBase64, byte[] bytes) {
        if (bytes == null) return null;
        return isBase64 ? Base64.getEncoder().encodeToString(bytes) : new String(bytes, StandardCharsets.UTF_8);
    }

    private static Object produce(JsonNode request) throws Exception {
        String transactionalId = request.path("transactional").asText("");
        String key = text(request, "bootstrap") + " " + transactionalId;
        KafkaProducer<byte[], byte[]> producer = transactionalId.isEmpty() ? null : open.remove(key);
        boolean isNew = producer == null;
        if (isNew) producer = newProducer(request, transactionalId);
        boolean keep = false;
        try {
            if (isNew && !transactionalId.isEmpty()) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            List<Map<String, Object>> positions = send(request, producer);
            if (!transactionalId.isEmpty()) {
                if (flag(request, "open")) keep = true;
                else if (flag(request, "abort")) producer.abortTransaction();
                else producer.commitTransaction();
            }
            if (keep) open.put(key, producer);
            return positions;
        } finally {
            if (!keep) producer.close(Duration.ofSeconds(5));
        }
    }

    private static KafkaProducer<byte[], byte[]> newProducer(JsonNode request, String transactionalId) {
        Properties properties = clientProperties(request);
        if (!transactionalId.isEmpty()) properties.put("transactional.id", transactionalId);
        if (request.has("transactionTimeoutMs")) properties.put("transaction.timeout.ms", text(request, "transactionTimeoutMs"));
        properties.put("compression.type", request.path("compression").asText("none"));
        properties.put("linger.ms", "5");
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static List<Map<String, Object>> send(JsonNode request, KafkaProducer<byte[], byte[]> producer) throws Exception {
        String topic = text(request, "topic");
        int perBatch = request.path("recordsPerBatch").asInt(Integer.MAX_VALUE);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (JsonNode record : request.get("records")) {
            List<Header> headers = new ArrayList<>();
            for (JsonNode header : record.path("headers")) {
                headers.add(new RecordHeader(header.get(0).asText(), bytes(request, header.get(1))));
            }
            Integer partition = record.has("partition") ? record.get("partition").asInt() : null;
            Long timestamp = record.has("timestamp") ? record.get("timestamp").asLong() : null;
            sent.add(producer.send(new ProducerRecord<>(
                topic, partition, timestamp, bytes(request, record.get("key")), bytes(request, record.get("value")), headers)));
            if (sent.size() % perBatch == 0) producer.flush();
        }
        producer.flush();
        List<Map<String, Object>> positions = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) {
            RecordMetadata metadata = future.get();
            positions.add(Map.of("partition", metadata.partition(), "offset", metadata.offset()));
        }
        return positions;
    }

    private static Object endTransaction(JsonNode request) {
        String key = text(request, "bootstrap") + " " + text(request, "transactional");
        KafkaProducer<byte[], byte[]> producer = open.remove(key);
        if (producer == null) throw new IllegalStateException("no open transaction of " + key);
        try (producer) {
            if (flag(request, "abort")) producer.abortTransaction();
            else producer.commitTransaction();
        }
        return null;
    }

    private static Object consume(JsonNode request) throws Exception {
        Properties properties = clientProperties(request);
        properties.put("isolation.level", isolation(request).toString().toLowerCase());
        properties.put("enable.auto.commit", "false");
        properties.put("auto.offset.reset", "earliest");
        int max = request.path("max").asInt(Integer.MAX_VALUE);
        boolean isBase64 = request.path("encoding").asText().equals("base64");
        List<TopicPartition> partitions = partitionsOf(request);
        List<Map<String, Object>> records = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (records.size() < max && !partitions.stream().allMatch(at -> consumer.position(at) >= ends.get(at))) {
                if (System.nanoTime() > deadline) throw new IllegalStateException("the end of the topic is not reached");
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    boolean isWanted = record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()));
                    if (isWanted && records.size() < max) records.add(row(isBase64, record));
                }
            }
        }
        records.sort(Comparator.<Map<String, Object>>comparingInt(row -> (int) row.get("partition"))
            .thenComparingLong(row -> (long) row.get("offset")));
        return records;
    }

    private static Map<String, Object> row(boolean isBase64, ConsumerRecord<byte[], byte[]> record) {
        List<Object> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            List<String> pair = new ArrayList<>();
            pair.add(header.key());
            pair.add(text(isBase64, header.value()));
            headers.add(pair);
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("partition", record.partition());
        row.put("offset", record.offset());
        row.put("timestamp", record.timestamp());
        row.put("key", text(isBase64, record.key()));
        row.put("value", text(isBase64, record.value()));
        row.put("headers", headers);
        return row;
    }

    // Groups and transactions

    private static Object group(JsonNode request) throws Exception {
        String name = text(request, "group");
        ConsumerGroupDescription group = admin(request).describeConsumerGroups(List.of(name)).all().get().get(name);
        List<Object> members = new ArrayList<>();
        for (MemberDescription member : group.members()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("memberId", member.consumerId());
            row.put("clientId", member.clientId());
            row.put("groupInstanceId", member.groupInstanceId().orElse(null));
            row.put("partitions", member.assignment().topicPartitions().stream()
                .sorted(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
                .map(TestClient::partitionRow).toList());
            members.add(row);
        }
        return Map.of("state", group.groupState().toString(), "protocol", group.partitionAssignor(), "members", members);
    }

    private static Map<String, Object> partitionRow(TopicPartition partition) {
        return Map.of("topic", partition.topic(), "partition", partition.partition());
    }

    private static Object committedOffsets(JsonNode request) throws Exception {
        String group = text(request, "group");
        List<Map<String, Object>> rows = new ArrayList<>();
        admin(request).listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, committed) -> {
            if (committed == null) return;
            Map<String, Object> row = new LinkedHashMap<>(partitionRow(partition));
            row.put("offset", committed.offset());
            row.put("metadata", committed.metadata());
            rows.add(row);
        });
        rows.sort(Comparator.<Map<String, Object>, String>comparing(row -> (String) row.get("topic"))
            .thenComparingInt(row -> (int) row.get("partition")));
        return rows;
    }

    private static Object commitOffsets(JsonNode request) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (JsonNode row : request.get("offsets")) {
            offsets.put(
                new TopicPartition(text(row, "topic"), row.get("partition").asInt()),
                new OffsetAndMetadata(row.get("offset").asLong(), row.path("metadata").asText("")));
        }
        admin(request).alterConsumerGroupOffsets(text(request, "group"), offsets).all().get();
        return null;
    }

    private static Object transactions(JsonNode request) throws Exception {
        List<Object> rows = new ArrayList<>();
        admin(request).listTransactions().all().get().forEach(listing -> rows.add(Map.of(
            "transactionalId", listing.transactionalId(),
            "producerId", listing.producerId(),
            "state", listing.state().toString())));
        return rows;
    }
}
