// Loaded into a controller that is to be profiled: SIGUSR2 begins a CPU profile, the next one ends it and writes it to $PROFILE.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

let session;

process.on("SIGUSR2", async () => {
  if (session === undefined) {
    session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 200 });
    await session.post("Profiler.start");
  } else {
    const { profile } = await session.post("Profiler.stop");
    writeFileSync(process.env.PROFILE, JSON.stringify(profile));
    session = undefined;
  }
});
