import "./styles/staff.css";
import { BlindChoice } from "./staff/blind-choice";
import { PhotoSlider } from "./staff/photo-slider";
import { RunComparison } from "./staff/run-comparison";
import { RunEstimate } from "./staff/run-estimate";
import { TrainingRun } from "./staff/training-run";
import { UploadProgress } from "./staff/upload-progress";
import { WorkProgress } from "./staff/work-progress";

customElements.define("blind-choice", BlindChoice);
customElements.define("photo-slider", PhotoSlider);
customElements.define("run-comparison", RunComparison);
customElements.define("run-estimate", RunEstimate);
customElements.define("training-run", TrainingRun);
customElements.define("upload-progress", UploadProgress);
customElements.define("work-progress", WorkProgress);
