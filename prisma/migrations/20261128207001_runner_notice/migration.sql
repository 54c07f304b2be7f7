-- What its program rang for while nobody looked, as contracts/runner/notice describes.
ALTER TABLE "runners" ADD COLUMN "notice" JSONB;
