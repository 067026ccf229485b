// Prints the table of src/runtime/model/java-date/zone-names.ts, but for the order of the groups whose names others have too: there
// the zone that most people mean stands first (`java ZoneNames.java`).

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;

public final class ZoneNames {
    private static final int LINE = 118;

    public static void main(String[] arguments) {
        Map<String, List<String>> groups = new TreeMap<>();
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            if (id.startsWith("SystemV") || id.matches("Etc/GMT[+-].*")) continue;
            TimeZone zone = TimeZone.getTimeZone(id);
            StringJoiner names = new StringJoiner("|");
            for (int style : new int[] {TimeZone.SHORT, TimeZone.LONG}) {
                for (boolean summer : new boolean[] {false, true}) names.add(zone.getDisplayName(summer, style, Locale.US));
            }
            groups.computeIfAbsent(names.toString(), key -> new ArrayList<>()).add(id);
        }
        groups.forEach((names, ids) -> {
            StringBuilder lines = new StringBuilder(names);
            for (String id : ids) {
                int length = lines.length() - lines.lastIndexOf("\n") - 1;
                if (length + id.length() + 1 > LINE) lines.append('\n');
                lines.append('|').append(id);
            }
            System.out.println(lines);
        });
    }
}
