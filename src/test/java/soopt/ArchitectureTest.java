package soopt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layer diagram: a package may use only those below it, and the engine is known to one package. */
class ArchitectureTest {
    /** From the top; a layer's classes may use their own layer and the ones after it. */
    private static final List<String> LAYERS = List.of(
            "cli",
            "report",
            "sweep",
            "experiment",
            "gym",
            "optimizer",
            "solver",
            "model",
            "data",
            "curvature",
            "backend",
            "spec",
            "random",
            "host",
            "npy",
            "file");

    /**
     * A package is a room that is read at once. Menus are larger where Java keeps a sealed interface and its records
     * together.
     */
    private static final int MOST_FILES = 20;

    /** Turns the arrays of Deeplearning4j's iterators into Java's; nothing of ND4J leaves it. */
    private static final String ITERATOR = "soopt.data.iterator.Deeplearning4j";

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("soopt");
    }

    @Test
    void everyPackage_isInTheDiagram() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!LAYERS.contains(layer(type))) {
                unknown.add(type.getPackageName());
            }
        }
        assertEquals(Set.of(), unknown);
    }

    @Test
    void packages_dependOnlyDownwards() {
        for (int i = 1; i < LAYERS.size(); i++) {
            String[] above = LAYERS.subList(0, i).stream()
                    .map(name -> "soopt." + name + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("soopt." + LAYERS.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(above)
                    .allowEmptyShould(true)
                    .check(classes);
        }
    }

    /** Two packages that use each other are one room with a wall in it. */
    @Test
    void packages_areFreeOfCycles() {
        slices().matching("soopt.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void packages_areReadAtOnce() {
        Map<String, Long> files = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().startsWith("Double")
                        && !type.getSimpleName().equals("package-info"))
                .filter(type -> !isOfAMenu(type))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, TreeMap::new, Collectors.counting()));
        files.values().removeIf(count -> count <= MOST_FILES);
        assertEquals(Map.of(), files);
    }

    /** A record that a sealed interface names: its menu is one thing to read, however long. */
    private static boolean isOfAMenu(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.FINAL)
                && type.getRawInterfaces().stream()
                        .anyMatch(menu -> menu.getPackageName().equals(type.getPackageName())
                                && menu.reflect().isSealed());
    }

    @Test
    void onlyBackend_knowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("soopt.backend..")
                .and()
                .doNotHaveFullyQualifiedName(ITERATOR)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.nd4j..", "org.bytedeco..", "com.sun.jna..")
                .check(classes);
    }

    @Test
    void onlyOneClass_knowsDeeplearning4j() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ITERATOR)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.deeplearning4j..", "org.eclipse.deeplearning4j..", "org.datavec..")
                .check(classes);
    }

    @Test
    void onlyBackendVector_knowsTheVectorModule() {
        noClasses()
                .that()
                .resideOutsideOfPackage("soopt.backend.vector")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(classes);
    }

    @Test
    void optimizers_doNotKnowModelsOrData() {
        noClasses()
                .that()
                .resideInAPackage("soopt.optimizer..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("soopt.model..", "soopt.data..")
                .allowEmptyShould(true)
                .check(classes);
    }

    private static String layer(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.");
        return parts.length < 2 ? "" : parts[1];
    }
}
