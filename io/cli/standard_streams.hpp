#pragma once

namespace vcohort {

/// Makes the standard streams safe before anything is opened: one that is closed would be taken by the next file, and
/// its text would go there. A reader of our output that goes away, and a limit of the size of files, are errors of
/// writing, and no silent end.
void prepare_standard_streams();

/// StorageFailure where something that was printed did not reach standard output.
void require_delivered_output();

}  // namespace vcohort
