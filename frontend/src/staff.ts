import "./styles/staff.css";
import { RunEstimate } from "./staff/run-estimate";
import { TrainingRun } from "./staff/training-run";
import { WorkProgress } from "./staff/work-progress";

customElements.define("run-estimate", RunEstimate);
customElements.define("training-run", TrainingRun);
customElements.define("work-progress", WorkProgress);
