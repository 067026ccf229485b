// What Java makes of date patterns, beside which ks is tested. Each line of the input is: what to do, the pattern, the zone and the
// value, URL-encoded and separated by spaces. The first line of the output is the version of Java, each other one the result behind
// '=', or the error behind '!'.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Arrays;
import java.util.Locale;

public final class DatePatterns {
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        output.println(System.getProperty("java.specification.version"));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ", -1);
            for (int i = 0; i < words.length; i++) words[i] = URLDecoder.decode(words[i], StandardCharsets.UTF_8);
            String answer;
            try {
                answer = "=" + answerTo(words[0], words[1], words[2], words[3]);
            } catch (RuntimeException error) {
                answer = "!" + error.getMessage();
            }
            output.println(URLEncoder.encode(answer, StandardCharsets.UTF_8));
        }
        output.flush();
    }

    private static String answerTo(String what, String pattern, String zone, String value) {
        DateTimeFormatter shown = DateTimeFormatter.ofPattern(pattern, Locale.US);
        DateTimeFormatter read =
            new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(pattern).toFormatter(Locale.US);
        switch (what) {
            case "formatTimestamp":
                return shown.format(Instant.ofEpochMilli(Long.parseLong(value)).atZone(ZoneId.of(zone)));
            case "formatDate":
                return shown.format(LocalDate.ofEpochDay(Long.parseLong(value)));
            case "formatTime":
                return shown.format(LocalTime.ofNanoOfDay(Long.parseLong(value) * 1_000_000));
            case "parseTimestamp":
                return String.valueOf(timestamp(read.parse(value), ZoneId.of(zone)).toInstant().toEpochMilli());
            case "parseDate": {
                TemporalAccessor parsed = read.parse(value);
                if (Arrays.stream(ChronoField.values()).anyMatch(field -> field.isTimeBased() && parsed.isSupported(field))) {
                    throw new IllegalArgumentException("a time");
                }
                return String.valueOf(LocalDate.from(parsed).toEpochDay());
            }
            case "parseDatePart":
                return String.valueOf(LocalDate.parse(value, read).toEpochDay());
            case "parseTime": {
                TemporalAccessor parsed = read.parse(value);
                if (Arrays.stream(ChronoField.values()).anyMatch(field -> field.isDateBased() && parsed.isSupported(field))) {
                    throw new IllegalArgumentException("a date");
                }
                return String.valueOf(LocalTime.from(parsed).toNanoOfDay() / 1_000_000);
            }
            case "instantOf":
                return String.valueOf(
                    Instant.ofEpochMilli(Long.parseLong(value)).atZone(ZoneId.of("Z")).toLocalDateTime()
                        .atZone(ZoneId.of(zone)).toInstant().toEpochMilli());
            default:
                throw new IllegalArgumentException(what);
        }
    }

    /**
     * What the text does not say is as at the start of 1970, as in ksqlDB. (But a whole date with a time is taken at once: going
     * there field by field, as ksqlDB does, passes through hours that the zone has left out in 1970.)
     */
    private static ZonedDateTime timestamp(TemporalAccessor parsed, ZoneId given) {
        ZoneId named = parsed.query(TemporalQueries.zone());
        LocalDate date = parsed.query(TemporalQueries.localDate());
        LocalTime time = parsed.query(TemporalQueries.localTime());
        if (date != null && time != null) {
            return parsed.isSupported(ChronoField.INSTANT_SECONDS)
                ? Instant.from(parsed).atZone(given)
                : date.atTime(time).atZone(given);
        }
        ZonedDateTime resolved = ZonedDateTime.of(1970, 1, 1, 0, 0, 0, 0, named == null ? given : named);
        for (ChronoField field : ChronoField.values()) {
            if (!parsed.isSupported(field)) continue;
            long value = parsed.getLong(field);
            if (field == ChronoField.DAY_OF_YEAR && value == 366) {
                resolved = resolved.withYear(parsed.get(ChronoField.YEAR));
            }
            resolved = resolved.with(field, value);
        }
        return resolved;
    }
}
