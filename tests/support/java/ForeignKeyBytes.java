// The bytes of the messages of a foreign-key join as Kafka Streams' own serializers write them: for each line of standard input,
// whose parts are separated by tabs (`-` is null), a line of hexadecimal digits. In Kafka's package, because one of them is not
// public.

package org.apache.kafka.streams.kstream.internals.foreignkeyjoin;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.internals.Murmur3;

public final class ForeignKeyBytes {
    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(HexFormat.of().formatHex(bytes(line.split("\t", -1))));
        }
    }

    private static byte[] bytes(String[] parts) {
        switch (parts[0]) {
            case "hash": {
                long[] hash = hash(parts[1]);
                return ByteBuffer.allocate(16).putLong(hash[0]).putLong(hash[1]).array();
            }
            case "subscription": {
                SubscriptionWrapper.Instruction instruction = SubscriptionWrapper.Instruction.fromValue(Byte.parseByte(parts[1]));
                Integer partition = parts[4].equals("-") ? null : Integer.valueOf(parts[4]);
                byte version = (byte) (partition == null ? 0 : 1);
                return new SubscriptionWrapperSerde<>(() -> "keys", Serdes.String())
                    .serializer()
                    .serialize("topic", new SubscriptionWrapper<>(hash(parts[2]), instruction, parts[3], version, partition));
            }
            case "response":
                return new SubscriptionResponseWrapperSerde<>(Serdes.String())
                    .serializer()
                    .serialize("topic", new SubscriptionResponseWrapper<>(hash(parts[1]), parts[2].equals("-") ? null : parts[2], 3));
            default:
                throw new IllegalArgumentException(parts[0]);
        }
    }

    private static long[] hash(String text) {
        return text.equals("-") ? null : Murmur3.hash128(text.getBytes(StandardCharsets.UTF_8));
    }
}
