FROM maven:3-eclipse-temurin-17 AS build
WORKDIR /plumbline
COPY pom.xml .
COPY src src
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q --no-transfer-progress package -DskipTests -Dspotless.check.skip \
    && mv target/plumbline-*.jar plumbline.jar
# What changes seldom in layers of its own, and nothing to be unpacked at each start.
RUN java -Djarmode=tools -jar plumbline.jar extract --layers --destination layers

# The Java that the tests run on.
FROM eclipse-temurin:17-jre
# A runtime without this module fails here, when the image is made, and not when it is started.
RUN java --add-modules jdk.incubator.vector -version
# What must outlive the container: mount a volume there.
RUN useradd --system --create-home --uid 10001 plumbline \
    && install -d -o plumbline /var/lib/plumbline
COPY --from=build /plumbline/layers/dependencies/ /opt/plumbline/
COPY --from=build /plumbline/layers/application/ /opt/plumbline/
# The classes of a start, laid out for every later one.
RUN cd /opt/plumbline \
    && java --add-modules=jdk.incubator.vector -XX:ArchiveClassesAtExit=plumbline.jsa -Dspring.context.exit=onRefresh \
        -jar /opt/plumbline/plumbline.jar --plumbline.data=/tmp/plumbline \
    && rm -r /tmp/plumbline
USER plumbline
WORKDIR /home/plumbline

# Inside a container the loopback is nobody's but its own; publish the port on the host's loopback (docker-compose.yml).
ENV SERVER_ADDRESS=0.0.0.0
# Parallelism is across requests; two OpenMP threads that spin on busy cores are slower than one.
ENV OMP_NUM_THREADS=1
ENV PLUMBLINE_DATA=/var/lib/plumbline
VOLUME /var/lib/plumbline
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /actuator/health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '\"UP\"' <&3"]

# ND4J's arrays live outside of Java's heap, so the heap leaves them room.
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=50", "-XX:+UseTransparentHugePages", "-XX:G1HeapRegionSize=8m", "--add-modules=jdk.incubator.vector", "-XX:SharedArchiveFile=/opt/plumbline/plumbline.jsa", "-jar", "/opt/plumbline/plumbline.jar"]
