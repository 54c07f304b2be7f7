export { ProjectPage as default } from '@/components/project/project-page'
