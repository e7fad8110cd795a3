package io.paretune.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** THIRD-PARTY.md says what the project is made of, all of it and nothing else. */
class ThirdPartyTest {
  private static final Path HOME = Path.of(System.getProperty("paretune.home"));
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  private final Map<String, List<String>> tables = tables();

  ThirdPartyTest() throws IOException {}

  @Test
  void namesEachLibraryThatAPomNames() throws Exception {
    Document parent = pom("pom.xml");
    Set<String> declared = new TreeSet<>();
    for (Document pom : List.of(parent, pom("udfs/pom.xml"), pom("jobs/pom.xml"))) {
      for (Element e : elements(pom, "dependency", "path")) {
        boolean managed = e.getParentNode().getParentNode().getNodeName().endsWith("Management");
        if (!managed && !child(e, "groupId").equals("io.paretune")) {
          declared.add(child(e, "groupId") + ":" + resolved(parent, child(e, "artifactId")));
        }
      }
    }

    assertThat(names("Java libraries that the code names")).isEqualTo(declared);
  }

  @Test
  void namesWhatTheJarAndItsNeighboursAreMadeOf() throws Exception {
    Document jobs = pom("jobs/pom.xml");
    Set<String> named = new TreeSet<>(names("Java libraries that the code names"));
    named.addAll(names("What comes along with them"));
    Set<String> groups =
        named.stream().map(n -> n.substring(0, n.indexOf(':'))).collect(Collectors.toSet());

    List<String> inJar =
        elements(jobs, "include").stream()
            .map(Element::getTextContent)
            .filter(text -> text.contains(":") && !text.startsWith("io.paretune"))
            .toList();
    List<String> groupsOfLib =
        Arrays.asList(elements(jobs, "includeGroupIds").get(0).getTextContent().split(","));

    assertThat(inJar).isNotEmpty().isSubsetOf(named);
    assertThat(groupsOfLib)
        .isNotEmpty()
        .allSatisfy(g -> assertThat(groups).anyMatch(known -> known.startsWith(g)));
  }

  @Test
  void namesEachPythonPackageThatIsAskedFor() throws IOException {
    Set<String> asked = new TreeSet<>();
    for (String folder : List.of("airflow", "notebooks", "jobs/src/test", "udfs/src/test")) {
      try (Stream<Path> files = Files.walk(HOME.resolve(folder))) {
        for (Path file : files.filter(ThirdPartyTest::isOfRequirements).toList()) {
          Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .forEach(line -> asked.add(line.split("[=<>\\[]", 2)[0].strip()));
        }
      }
    }

    assertThat(names("Python, in virtual environments of their own, never shipped"))
        .isEqualTo(asked);
  }

  @Test
  void saysOfEachWhatForAndUnderWhichLicence() {
    assertThat(tables.values().stream().flatMap(Collection::stream).toList())
        .hasSizeGreaterThan(40)
        .allSatisfy(
            row -> assertThat(row.split("\\|")).hasSizeGreaterThan(2).noneMatch(String::isBlank));
  }

  private static boolean isOfRequirements(Path file) {
    String name = file.getFileName().toString();
    return name.equals("requirements.in") || name.endsWith("requirements.txt");
  }

  private Set<String> names(String heading) {
    assertThat(tables).containsKey(heading);
    return tables.get(heading).stream()
        .flatMap(row -> QUOTED.matcher(row.substring(0, row.indexOf('|'))).results())
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The rows below each heading, without the bars at their ends. */
  private static Map<String, List<String>> tables() throws IOException {
    Map<String, List<String>> tables = new HashMap<>();
    List<String> lines = Files.readAllLines(HOME.resolve("THIRD-PARTY.md"));
    String heading = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("## ")) {
        heading = line.substring(3);
      } else if (line.startsWith("|---")) {
        tables.put(
            heading,
            lines.subList(i + 1, lines.size()).stream()
                .takeWhile(row -> row.startsWith("|"))
                .map(row -> row.substring(1, row.length() - 1))
                .toList());
      }
    }
    return tables;
  }

  private static Document pom(String file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(HOME.resolve(file).toFile());
  }

  private static List<Element> elements(Document pom, String... names) {
    return Arrays.stream(names)
        .map(pom::getElementsByTagName)
        .flatMap((NodeList found) -> IntStream.range(0, found.getLength()).mapToObj(found::item))
        .map(Element.class::cast)
        .toList();
  }

  private static String child(Element element, String name) {
    return element.getElementsByTagName(name).item(0).getTextContent();
  }

  private static String resolved(Document parent, String text) {
    return text.replace("${scala.bin}", elements(parent, "scala.bin").get(0).getTextContent());
  }
}
