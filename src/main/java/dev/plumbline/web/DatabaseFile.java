package dev.plumbline.web;

import java.sql.SQLException;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.store.fs.FileUtils;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Looks at the embedded database's file before it is opened. H2 takes one that is cut off or overwritten behind its headers
 * for a new one, and writes over what a recovery could still read there.
 */
@Component
class DatabaseFile implements BeanFactoryPostProcessor, EnvironmentAware {

    private static final String EMBEDDED = "jdbc:h2:file:";

    /** What H2 writes before anything is kept. */
    private static final int HEADERS = 2 * 4096;

    private String url = "";

    @Override
    public void setEnvironment(Environment environment) {
        url = environment.getProperty("spring.datasource.url", "");
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        if (url.startsWith(EMBEDDED)) {
            requireContent(url.substring(EMBEDDED.length()).replaceFirst(";.*", "") + ".mv.db");
        }
    }

    static void requireContent(String file) {
        if (FileUtils.exists(file) && FileUtils.size(file) > HEADERS && isEmpty(file)) {
            throw new IllegalStateException(
                    new SQLException("Nothing in " + file + " can be read", DatabaseFailureAnalyzer.DAMAGED));
        }
    }

    private static boolean isEmpty(String file) {
        try (MVStore store = new MVStore.Builder().fileName(file).readOnly().open()) {
            return store.getMapNames().isEmpty();
        } catch (MVStoreException inUseOrDamaged) {
            return false; // who opens it next says so
        }
    }
}
