"""Other programs open a result; exported tables, saved patients and replayed ones say the same."""
import csv
import io
import json
import subprocess
import unittest

import h5py
import numpy as np

from program import ProgramTest


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class Reading(ProgramTest):
    def test_h5py_reads_every_table(self):
        result = self.run_study(self.study(save="true", size=300), "out.h5")
        with h5py.File(result) as file:
            self.assertEqual(file.attrs["format"], b"vcohort-result")
            tables = []
            file.visititems(lambda name, item: tables.append(item) if isinstance(item, h5py.Group) and "columns" in item.attrs else None)
            self.assertGreater(len(tables), 10)
            for table in tables:
                columns = [table[name.decode()] for name in table.attrs["columns"]]
                self.assertEqual(len({len(column) for column in columns}), 1, table.name)
                self.assertEqual(set(table.keys()) - {name.decode() for name in table.attrs["columns"]},
                                 {name for name in table if isinstance(table[name], h5py.Group)}, table.name)
            self.assertEqual(len(file["cohort/patients/baseline/patient"]), 2 * 300)
            self.assertEqual(len(file["cohort/patients/outcomes/patient"]), 2 * 300 * 4 * 5)

    def test_h5dump_reads_all_of_it(self):
        result = self.run_study(self.study(size=300), "out.h5")
        done = subprocess.run(["h5dump", str(result)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertIn("vcohort-result", done.stdout)

    def test_csv_and_json_read_back_as_the_same_numbers(self):
        result = self.run_study(self.study(size=2_000), "out.h5")
        rows = rows_of(self.call("export", result, "--table", "cohort/increments").stdout)
        objects = json.loads(self.call("export", result, "--table", "cohort/increments", "--format", "json").stdout)
        with h5py.File(result) as file:
            table = file["cohort/increments"]
            columns = [name.decode() for name in table.attrs["columns"]]
            self.assertEqual(columns, list(rows[0]))
            self.assertEqual(columns, [column["name"] for column in objects["columns"]])
            for name in columns:
                stored = table[name][:]
                if stored.dtype.kind == "S":
                    self.assertEqual([value.decode() for value in stored], [row[name] for row in rows])
                    continue
                read = np.array([float("nan") if row[name] == "NA" else float(row[name]) for row in rows])
                np.testing.assert_array_equal(stored.astype(float), read)

    def test_a_replayed_patient_is_the_saved_one(self):
        for parameters, replicate, patient in (("fixed", 0, 17), ("uncertain", 1, 30)):
            with self.subTest(parameters):
                study = self.study(save="true", size=600, parameters=parameters)
                result = self.run_study(study, f"{parameters}.h5")
                saved = [rows_of(self.call("export", result, "--table", f"cohort/patients/{table}").stdout) for table in ("baseline", "outcomes")]
                mine = [[row for row in rows if (row["replicate"], row["patient"]) == (str(replicate), str(patient))] for rows in saved]
                self.assertEqual([len(rows) for rows in mine], [2, 2 * 4 * 5])
                for source in (study, result):
                    said = self.call("replay", source, "--replicate", replicate, "--patient", patient, "--format", "csv").stdout
                    baseline, outcomes = said[:said.index("scenario,strategy")], said[said.index("scenario,strategy"):]
                    self.assertEqual(rows_of(baseline), mine[0])
                    self.assertEqual(rows_of(outcomes), mine[1])

    def test_a_result_is_a_study(self):
        """Run again, it gives the same tables; its source is then the resolved study."""
        study = self.study(size=500)
        first, second = self.run_study(study, "a.h5"), self.run_study("a.h5", "b.h5")
        with h5py.File(first) as one, h5py.File(second) as other:
            self.assertEqual(one["study/resolved"][0], other["study/resolved"][0])
            for table in ("summary", "increments", "adverse_events", "harm"):
                for name in one[f"cohort/{table}"]:
                    np.testing.assert_array_equal(one[f"cohort/{table}/{name}"][:], other[f"cohort/{table}/{name}"][:])


if __name__ == "__main__":
    unittest.main()
