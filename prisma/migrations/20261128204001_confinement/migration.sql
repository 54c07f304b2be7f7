-- How a project's runners are to be confined; null is the default profile.
ALTER TABLE "projects" ADD COLUMN "confinement" JSONB;
-- What its agent measured of a runner's confinement, and in which of its lives; null until it has.
ALTER TABLE "runners" ADD COLUMN "confinement" JSONB;
ALTER TABLE "runners" ADD COLUMN "confinement_epoch" INTEGER;
