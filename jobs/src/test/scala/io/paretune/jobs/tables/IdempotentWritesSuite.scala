package io.paretune.jobs.tables

import io.paretune.jobs.SharedSpark
import io.paretune.udfs.evaluate.{Answering, EvaluationMode}
import java.nio.file.Files
import java.util.{List => JList}
import org.scalatest.funspec.AnyFunSpec

/** What Delta promises about repeated writes, on which the tables' retries rely. */
class IdempotentWritesSuite extends AnyFunSpec {
  private lazy val warehouse = {
    val folder = Files.createTempDirectory("paretune-idempotent")
    val warehouse = Warehouse.at("warehouse", folder.toString)
    new ShardResultsTable(SharedSpark.session(), warehouse).directory().createIfAbsent()
    warehouse
  }
  private lazy val results = new ShardResultsTable(SharedSpark.session(), warehouse)

  private def result(study: String, trial: Long, rung: Int) =
    new ShardResultRecord(study, trial, rung, 0, "val", Answering.of(EvaluationMode.OPTIONS), 0, JList.of(), 1.0, "driver", 0)

  /** Each trial is a writer, its rungs the versions. */
  private def append(written: ShardResultRecord) =
    results.append(s"${written.study}/${written.trialId}", written.rung.toLong, JList.of(written))

  describe("A rung of a trial") {
    it("is there once however often it is written") {
      append(result("once", 1, 0))
      append(result("once", 1, 0))
      assert(results.ofStudy("once") == JList.of(result("once", 1, 0)))
    }

    it("survives trials that finish in any order, since each writer counts its own versions") {
      append(result("order", 2, 1))
      append(result("order", 1, 0))
      assert(results.ofStudy("order") == JList.of(result("order", 1, 0), result("order", 2, 1)))
    }

    it("is skipped without a word after a later rung of the same trial: rungs go in order") {
      append(result("skipped", 1, 1))
      append(result("skipped", 1, 0))
      assert(results.ofStudy("skipped") == JList.of(result("skipped", 1, 1)))
    }
  }
}
