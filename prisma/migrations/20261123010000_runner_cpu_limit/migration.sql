-- What a runner's agent holds its process tree to, on account of its project's CPU quota; null for nothing.
ALTER TABLE "runner_vitals" ADD COLUMN "cpu_limit_percent" DOUBLE PRECISION;
