// One Kafka node: formats its directory if that is new, starts, prints "ready" when clients can connect. It ends with its
// parent: standard input is a pipe from it, and the end of that pipe, however it came about, ends the node.

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

public final class KafkaNode {
    /** Arguments: the file server.properties, the cluster id, further arguments of `StorageTool format`. */
    public static void main(String[] args) throws Exception {
        endWithParent();
        Properties properties = new Properties();
        try (FileInputStream in = new FileInputStream(args[0])) {
            properties.load(in);
        }
        if (!Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"))) format(args);

        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "shutdown"));
        server.startup();
        System.out.println("ready");
        server.awaitShutdown();
    }

    private static void format(String[] args) {
        String[] format = new String[5 + args.length - 2];
        System.arraycopy(new String[] {"format", "-t", args[1], "-c", args[0]}, 0, format, 0, 5);
        System.arraycopy(args, 2, format, 5, args.length - 2);
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        if (StorageTool.execute(format, new PrintStream(output)) != 0) throw new IllegalStateException(output.toString());
    }

    private static void endWithParent() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException error) {
                // The pipe is gone: the same as its end.
            }
            Runtime.getRuntime().halt(1);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
