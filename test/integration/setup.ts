// Before the first integration test: bundles the programs once for all files.

import { shareProgramsAmongTests } from '../support/programs.js';

export default shareProgramsAmongTests;
