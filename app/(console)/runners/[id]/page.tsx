export { RunnerPage as default } from '@/components/runner/runner-page'
